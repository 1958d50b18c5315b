/** For messages about a target that is not in order: a password may be in it. */
export function shownTarget(text: string): string {
  return text.includes('@') ? `'${text.slice(0, text.indexOf(':') + 1)}…'` : `'${text}'`;
}
