import { expect, it } from 'vitest';
import { comparisonPage } from '../src/comparison/comparison-page.ts';
import { whenAConnectionIsDone } from '../src/exchange-tables.ts';
import { optionsPage } from '../src/options-page.ts';

it('the tables of when a connection is done are those that HTTP and IMAP go by', async () => {
  await expect(whenAConnectionIsDone()).toMatchFileSnapshot('../when-a-connection-is-done.md');
});

it('the page of options says what the packages declare', async () => {
  await expect(optionsPage()).toMatchFileSnapshot('../options.md');
});

it('the page that compares with other pools stands on tests and sources that are there', async () => {
  await expect(comparisonPage()).toMatchFileSnapshot('../comparison.md');
});
