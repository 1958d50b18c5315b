// `npm run example` lists the examples; `npm run example fixed-size-pool` runs one, with what follows as its arguments.
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('./src/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const [name, ...args] = process.argv.slice(2);

if (name === undefined) {
  for (const each of names) {
    const [heading = ''] = readFileSync(new URL(`${each}.ts`, folder), 'utf8').split('\n');
    console.log(`${each.padEnd(Math.max(...names.map(({ length }) => length)))}  ${heading.replace(/^\/\/ /, '')}`);
  }
} else if (names.includes(name)) {
  process.argv.splice(2, Infinity, ...args);
  await import(new URL(`${name}.ts`, folder).href);
} else {
  console.error(`there is no example '${name}'; there are ${names.join(', ')}`);
  process.exitCode = 2;
}
