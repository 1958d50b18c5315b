import { describeEvidence, type Evidence, versionOf } from './evidence.ts';
import { pools, questions } from './questions.ts';

/** The page of the docs that compares with other pools, with what every answer stands on. */
export function comparisonPage(): string {
  const numbers = new Map<string, number>();
  const note = (evidence: Evidence): string => {
    const text = describeEvidence(evidence);
    const number = numbers.get(text) ?? numbers.size + 1;
    numbers.set(text, number);
    return `<sup>[${number}](#note-${number})</sup>`;
  };
  const head = ['', ...pools.map((name) => (name === '@pool/core' ? `**${name}**` : `${name} ${versionOf(name)}`))];
  const rows = questions.map(({ asks, answers }) => [
    asks,
    ...pools.map((name) => `${answers[name].says} ${note(answers[name].because)}`),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  const notes = [...numbers].map(([text, number]) => `${number}. <a id="note-${number}"></a>${text}`).join('\n');
  return `# Beside other pools

<!-- Written by apps/docs/test/generated-pages.test.ts from apps/docs/src/comparison: \`npm run docs\` -->

What each does where pools differ. Every answer has a number, and behind it stands a test of this repository or the line of the other's source that makes it so: a test of
the docs looks whether it is still there. For undici it is the \`Pool\` of that package, which pools HTTP only.

All of them are good at what they were made for. generic-pool and tarn have carried a large part of npm for years; tarn is what knex uses. If one of these is in your program and
nothing on this page hurts you, keep it. If something does: [coming from another pool](migration.md).

${table}

How fast they are is [another page](benchmarks.md).

## Notes

${notes}
`;
}
