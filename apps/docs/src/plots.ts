import { barX, type Markish, plot, ruleX, text } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly kind: 'ours' | 'others' | 'floor';
}

/** Readable on the site, whose theme has these colours, and on GitHub, which shows a plot as an image. */
const fills = {
  ours: 'var(--vp-c-brand-1, #3451b2)',
  others: 'var(--vp-c-text-3, #92929a)',
  floor: 'var(--vp-c-text-3, #92929a)',
};

const style = `<style>svg { color: #3c3c43; font-family: system-ui, sans-serif } @media (prefers-color-scheme: dark) { svg { color: #dfdfd6 } }</style>`;

/** Bars side by side, in the order given. Their length is the value: no logarithm makes a small difference of a large one. */
export function bars(title: string, unit: string, data: readonly Bar[]): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const marks: Markish[] = [
    barX(data, {
      x: 'value',
      y: 'name',
      fill: ({ kind }: Bar) => fills[kind],
      fillOpacity: ({ kind }: Bar) => (kind === 'floor' ? 0.5 : 1),
      sort: { y: null },
    }),
    text(data, {
      x: 'value',
      y: 'name',
      text: ({ value }: Bar) => `${value.toLocaleString('en').replaceAll(',', '\u202f')} ${unit}`,
      textAnchor: 'start',
      dx: 6,
      fill: 'currentColor',
    }),
    ruleX([0], { stroke: 'currentColor' }),
  ];
  const svg = plot({
    document,
    marks,
    width: 480,
    height: 40 + 30 * data.length,
    marginLeft: 125,
    marginRight: 60,
    marginTop: 6,
    marginBottom: 26,
    style: { fontSize: '13px', background: 'none' },
    x: { label: null, ticks: 5, grid: true, tickFormat: (value: number) => value.toLocaleString('en').replaceAll(',', '\u202f') },
    y: { label: null, tickSize: 0 },
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${title}: ${data.map(({ name, value }) => `${name} ${value} ${unit}`).join(', ')}`);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.querySelector('style')?.remove();
  return `${svg.outerHTML.replace('>', `>${style}`)}\n`;
}
