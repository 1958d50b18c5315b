/** For JSON.stringify: nobody measures more than that. */
export function thousandths(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
