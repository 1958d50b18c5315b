import { describe, expect, it } from 'vitest';
import { clockStarts } from '../src/clock-starts.ts';
import { declaredOptions, ruleOf } from '../src/declared-options.ts';
import { optionsPage } from '../src/options-page.ts';

describe('a default that the docstring of an option of the pool names', () => {
  const values = declaredOptions('packages/core/src/options.ts', 'PoolOptions').filter(({ fallback = '' }) =>
    /^(?:[\d_]+|Infinity|true|false|'\w+')$/.test(fallback),
  );

  it.each(values)('is the one that the pool goes by: $name', ({ name, fallback = '' }) => {
    const rule = ruleOf(name);
    const [, value] =
      /^duration\((.+)\)$/.exec(rule) ??
      /fallback: \(\) => ([^,]+)/.exec(rule) ??
      /\(\) => ([^,]+)/.exec(rule) ??
      /^oneOf\(([^,]+)/.exec(rule) ??
      [];
    expect(value).toBe(fallback);
  });

  it('is named by most of them', () => {
    expect(values.length).toBeGreaterThan(15);
  });
});

it('no clock is explained whose option is gone', () => {
  const page = optionsPage();
  for (const [option, start] of Object.entries(clockStarts)) {
    const [declaredBy = '', name = ''] = option.split('.');
    const [section = ''] = page.split(`### ${declaredBy}\n`)[1]?.split('\n### ') ?? [];
    const line = section.split('\n').find((each) => each.startsWith(`| \`${name}\` `));
    expect(line, option).toContain(`*Clock:* ${start}.`);
  }
});
