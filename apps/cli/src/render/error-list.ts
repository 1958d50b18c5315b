import { whole } from './numbers.ts';

/** The most frequent first. */
export function errorList(codes: Readonly<Record<string, number>>): string {
  return Object.entries(codes)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${whole(count)} × ${code}`)
    .join(', ');
}
