/** Fit for a terminal: what came from elsewhere must not move its cursor. */
export function forTerminal(text: string): string {
  return text.replace(/[^\x20-\x7e…]/g, '?');
}
