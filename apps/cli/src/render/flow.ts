import { stripVTControlCharacters } from 'node:util';

/** Beside each other as long as they fit, in as many lines as that takes. Items may be coloured; they are in ASCII. */
export function flow(items: readonly string[], width: number, between = '   '): readonly string[] {
  const lines: string[] = [];
  let left = 0;
  for (const item of items) {
    const length = stripVTControlCharacters(item).length;
    if (lines.length > 0 && between.length + length <= left) {
      lines[lines.length - 1] += between + item;
      left -= between.length + length;
    } else {
      lines.push(item);
      left = width - length;
    }
  }
  return lines;
}
