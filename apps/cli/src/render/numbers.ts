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

/** How long ago, or still to go: no more figures than can be read while they change. */
export function span(ms: number): string {
  if (ms < 99.5 * 1000) return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
  const minutes = ms / 60_000;
  if (minutes < 99.5) return `${Math.round(minutes)} min`;
  return minutes < 99.5 * 60 ? `${Math.round(minutes / 60)} h` : `${whole(minutes / 1440)} d`;
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
