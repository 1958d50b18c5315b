import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('the adapter in the README is the adapter', () => {
  const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
  const [, shown] = /^```typescript\n(.*?)^```$/ms.exec(text('../README.md')) ?? [];
  expect(text('../src/adapter/memcached.ts')).toContain(shown);
  expect(shown).toContain('isClean');
});
