import { expect, it } from 'vitest';
import { lifeOfAConnection } from './life-of-a-connection.ts';

it('the diagram in the docs is the transition table', async () => {
  await expect(lifeOfAConnection()).toMatchFileSnapshot('../../../apps/docs/life-of-a-connection.md');
});
