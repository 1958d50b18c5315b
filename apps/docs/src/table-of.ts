/** The first table of Markdown under a heading: its head, then its rows, without emphasis. */
export function tableOf(markdown: string, heading: string): readonly (readonly string[])[] {
  const [, section = ''] = markdown.split(`\n${heading}\n`);
  const [table = ''] = /^\|.*(?:\n\|.*)*/m.exec(section) ?? [];
  const lines = table.split('\n').filter((line) => !/^\|[\s|:-]+\|$/.test(line));
  if (lines.length < 2) throw new Error(`there is no table under "${heading}"`);
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.replaceAll('**', '').trim()),
  );
}
