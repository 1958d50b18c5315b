import { type StateName, stateNames, transitions } from '../src/machine/transitions.ts';

const meanings: Readonly<Record<StateName, string>> = {
  reserving: 'waits for the permit of a budget',
  opening: 'the connector opens it and the init hooks make it usable, all under `openTimeoutMs`',
  idle: 'ready to be lent',
  checking: 'has to answer a ping, under `pingTimeoutMs`',
  leased: 'somebody has it',
  resetting: 'is made clean after use, under `resetTimeoutMs`',
  closing: 'on its way out, under `closeTimeoutMs`; it still counts in `max`',
  gone: "no longer the pool's",
};

/** The page of the docs that is drawn from the transition table. */
export function lifeOfAConnection(): string {
  const moves = stateNames.flatMap((from) =>
    Object.entries(transitions[from]).map(([event, to]) => `    ${from} --> ${to}: ${event}`),
  );
  return `# Life of a connection

<!-- Written by packages/core/test/life-of-a-connection.test.ts from the transition table: \`npm run docs\` -->

The pool keeps one *slot* for each connection, from the wish to open it until it is gone. A slot is in exactly one of these
states:

| state | meaning |
| --- | --- |
${stateNames.map((state) => `| ${state} | ${meanings[state]} |`).join('\n')}

and moves only like this:

\`\`\`mermaid
stateDiagram-v2
    [*] --> reserving
${moves.join('\n')}
    gone --> [*]
\`\`\`

A pool without a budget gives its own permits, so \`reserving\` takes no time there. Whatever happens, one function (the pump)
then matches callers to idle connections, oldest caller first, and asks how many connections should be opening.
`;
}
