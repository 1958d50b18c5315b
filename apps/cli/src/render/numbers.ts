const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function whole(value: number): string {
  return grouped.format(value);
}

/** Three figures, in the unit people would use. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms >= 999.5) return `${figures(ms / 1000)} s`;
  return `${figures(ms)} ms`;
}

export function ratio(value: number | null): string {
  if (value === null) return '–';
  return `×${value === 1 || value >= 9.95 ? whole(value) : value.toFixed(1)}`;
}

export function plural(count: number, word: string): string {
  return `${whole(count)} ${word}${count === 1 ? '' : 's'}`;
}

function figures(value: number): string {
  if (value >= 99.95) return whole(value);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}
