import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../scripts/run.mjs';

const imports = 'lint/style/noRestrictedImports';
const globals = 'lint/style/noRestrictedGlobals';

/** [what is wrong, the file it is wrong in, its text, the rule that says so] */
const broken: readonly (readonly [name: string, file: string, text: string, rule: string])[] = [
  ['the core imports a module of Node', 'packages/core/src/a1.ts', "export { connect } from 'node:net';", imports],
  ['the core imports a type of a module of Node', 'packages/core/src/a2.ts', "export type { Socket } from 'node:net';", imports],
  ['the core imports a module of Node at run time', 'packages/core/src/a3.ts', "export const net = import('node:net');", imports],
  [
    'the core imports a module of Node by its bare name',
    'packages/core/src/a4.ts',
    "export { readFile } from 'fs/promises';",
    imports,
  ],
  ['the core imports a dependency it may not have', 'packages/core/src/a5.ts', "export { fn } from 'p-queue';", imports],
  ['the core imports a layer above it', 'packages/core/src/a6.ts', "export { tcp } from '@pool/net';", imports],
  [
    'the core imports a file of a layer above it',
    'packages/core/src/a7.ts',
    "export { tcp } from '../../net/src/tcp.ts';",
    imports,
  ],
  ['the core imports itself by name', 'packages/core/src/a8.ts', "export { Pool } from '@pool/core';", imports],
  ['the core uses a global of the platform', 'packages/core/src/a9.ts', 'export const id = process.pid;', globals],
  ['the testing entry imports a module of Node', 'packages/core/testing/a.ts', "export { connect } from 'node:net';", imports],
  ['a file of run/ imports a module of Node', 'packages/core/src/run/a.ts', "export { connect } from 'node:net';", imports],

  ['the machine imports run/', 'packages/core/src/machine/b1.ts', "export { run } from '../run/runner.ts';", imports],
  [
    'the machine imports a type of run/',
    'packages/core/src/machine/b2.ts',
    "export type { Run } from '../run/runner.ts';",
    imports,
  ],
  ['the machine imports the pool', 'packages/core/src/machine/b3.ts', "export { Pool } from '../pool.ts';", imports],
  [
    'the machine imports the connector',
    'packages/core/src/machine/b4.ts',
    "export type { Connector } from '../connector.ts';",
    imports,
  ],
  ['the machine imports all of the core', 'packages/core/src/machine/b5.ts', "export { Pool } from '../index.ts';", imports],
  ['the machine imports an emitter', 'packages/core/src/machine/b6.ts', "export { EventEmitter } from 'eventemitter3';", imports],
  [
    'the machine imports a module of Node',
    'packages/core/src/machine/b7.ts',
    "export { performance } from 'node:perf_hooks';",
    imports,
  ],
  ['the machine makes a promise', 'packages/core/src/machine/c1.ts', 'export const x = Promise.resolve();', globals],
  ['the machine reads the date', 'packages/core/src/machine/c2.ts', 'export const x = Date.now();', globals],
  ['the machine reads the clock', 'packages/core/src/machine/c3.ts', 'export const x = performance.now();', globals],
  ['the machine sets a timer', 'packages/core/src/machine/c4.ts', 'setTimeout(() => {}, 1);', globals],
  ['the machine sets an interval', 'packages/core/src/machine/c5.ts', 'setInterval(() => {}, 1);', globals],
  ['the machine asks for another turn', 'packages/core/src/machine/c6.ts', 'setImmediate(() => {});', globals],
  ['the machine queues a microtask', 'packages/core/src/machine/c7.ts', 'queueMicrotask(() => {});', globals],
  ['the machine makes an abort signal', 'packages/core/src/machine/c8.ts', 'export const x = new AbortController();', globals],
  ['the machine asks an abort signal', 'packages/core/src/machine/c9.ts', 'export const x = AbortSignal.abort();', globals],
  ['the machine goes round by globalThis', 'packages/core/src/machine/c10.ts', 'export const x = globalThis.Date;', globals],

  ['net imports a layer above it', 'packages/net/src/a1.ts', "export { tls } from '@pool/tls';", imports],
  ['net imports a dependency it may not have', 'packages/net/src/a2.ts', "export { fn } from 'undici';", imports],
  ['net imports test code', 'packages/net/src/a3.ts', "export { serve } from '@pool/testkit';", imports],
  [
    'net imports the testing entry of the core',
    'packages/net/src/a4.ts',
    "export { FakeClock } from '@pool/core/testing';",
    imports,
  ],
  ['net imports a file of the core', 'packages/net/src/a5.ts', "export { Pool } from '../../core/src/pool.ts';", imports],
  ['tls imports an adapter', 'packages/tls/src/a1.ts', "export { http } from '@pool/http';", imports],
  ['tls imports a file of an adapter', 'packages/tls/src/a2.ts', "export { http } from '../../http/src/index.ts';", imports],
  ['http imports another adapter', 'packages/http/src/a1.ts', "export { imap } from '@pool/imap';", imports],
  ['imap imports another adapter', 'packages/imap/src/a1.ts', "export { http } from '@pool/http';", imports],
  ['imap imports test code', 'packages/imap/src/a2.ts', "export { serve } from '@pool/testkit';", imports],
  ['a package imports an app', 'packages/testkit/src/a1.ts', "export { main } from '@pool/cli';", imports],
  [
    'a package imports a file of an app',
    'packages/testkit/src/a2.ts',
    "export { main } from '../../../apps/cli/src/main.ts';",
    imports,
  ],
  ['the test of a package imports an app', 'packages/net/test/a.test.ts', "export { main } from '@pool/cli';", imports],
  ['the unit test of a package imports an app', 'packages/core/src/a.test.ts', "export { main } from '@pool/cli';", imports],

  ['a default export', 'packages/net/src/d1.ts', 'export default 1;', 'lint/style/noDefaultExport'],
  ['an enum', 'packages/net/src/d2.ts', 'export enum E {\n  A,\n}', 'lint/style/noEnum'],
  ['a namespace', 'packages/net/src/d3.ts', 'export namespace N {\n  export const a = 1;\n}', 'lint/style/noNamespace'],
  ['a barrel besides index.ts', 'packages/net/src/d4.ts', "export { a } from './a.ts';", 'lint/performance/noBarrelFile'],
  ['any', 'packages/net/src/d5.ts', 'export const a: any = 1;', 'lint/suspicious/noExplicitAny'],
  [
    'a type imported as a value',
    'packages/net/src/d6.ts',
    "import { A } from './a.ts';\nexport const a: A = 1;",
    'lint/style/useImportType',
  ],
  [
    'a promise nobody looks at',
    'packages/net/src/d7.ts',
    'async function f(): Promise<void> {}\nf();',
    'lint/nursery/noFloatingPromises',
  ],
  [
    'a parameter property',
    'packages/net/src/d8.ts',
    'export class A {\n  constructor(readonly a: number) {}\n}',
    'lint/style/noParameterProperties',
  ],
  [
    'a suppression of nothing',
    'packages/net/src/d9.ts',
    '// biome-ignore lint/suspicious/noExplicitAny: none\nexport const a = 1;',
    'suppressions/unused',
  ],
  [
    'an import cycle',
    'packages/net/src/cycle-a.ts',
    "import { b } from './cycle-b.ts';\nexport const a = (): number => b();",
    'lint/suspicious/noImportCycles',
  ],
];

const good: readonly (readonly [name: string, file: string, text: string])[] = [
  [
    'the core imports eventemitter3 and itself',
    'packages/core/src/g1.ts',
    "import { EventEmitter } from 'eventemitter3';\nimport { b } from './machine/g.ts';\n\nexport const a = [EventEmitter, b];\n",
  ],
  [
    'run/ imports the machine',
    'packages/core/src/run/g1.ts',
    "import { b } from '../machine/g.ts';\nimport { a } from '../other.ts';\n\nexport const c = [a, b, Promise, setTimeout];\n",
  ],
  [
    'the machine imports itself and a plain module of the core',
    'packages/core/src/machine/g1.ts',
    "import { a } from '../errors.ts';\nimport { b } from './g.ts';\n\nexport const c = [a, b];\n",
  ],
  [
    'a unit test of the machine takes what it needs',
    'packages/core/src/machine/g.test.ts',
    "import { once } from 'node:events';\nimport { it } from 'vitest';\nimport { run } from '../run/runner.ts';\n\nit('runs', async () => {\n  await Promise.all([once, run, Date.now()]);\n});\n",
  ],
  [
    'a journey of the core takes what it needs',
    'packages/core/test/g.test.ts',
    "import { connect } from 'node:net';\n\nexport const a = connect;\n",
  ],
  [
    'net imports Node, the core and itself',
    'packages/net/src/g1.ts',
    "import { connect } from 'node:net';\nimport { Pool } from '@pool/core';\nimport { b } from './b.ts';\n\nexport const a = [connect, Pool, b];\n",
  ],
  [
    'the test of a package imports test code',
    'packages/net/test/g.test.ts',
    "import { FakeClock } from '@pool/core/testing';\nimport { serve } from '@pool/testkit';\n\nexport const a = [FakeClock, serve];\n",
  ],
  [
    'tls imports the layers below it',
    'packages/tls/src/g1.ts',
    "import { connect } from 'node:tls';\nimport { Pool } from '@pool/core';\nimport { tcp } from '@pool/net';\n\nexport const a = [connect, Pool, tcp];\n",
  ],
  [
    'http imports the layers below it and its engine',
    'packages/http/src/g1.ts',
    "import { Pool } from '@pool/core';\nimport { tcp } from '@pool/net';\nimport { tls } from '@pool/tls';\nimport { Client } from 'undici';\n\nexport const a = [Client, Pool, tcp, tls];\n",
  ],
  ['an index.ts is a barrel', 'packages/net/src/index.ts', "export { a } from './g1.ts';\n"],
  ['an app imports packages', 'apps/cli/src/g1.ts', "import { Pool } from '@pool/core';\n\nexport const a = Pool;\n"],
];

interface Report {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly severity: string;
    readonly location: { readonly path: string };
  }[];
}

describe('lint keeps the layers apart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pool-layers-'));
  const found = new Map<string, string[]>();

  beforeAll(async () => {
    cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    const files = [...broken.map(([, file, text]) => [file, text]), ...good.map(([, file, text]) => [file, text])];
    files.push(['packages/net/src/cycle-b.ts', "import { a } from './cycle-a.ts';\nexport const b = (): number => a();"]);
    for (const [file = '', text = ''] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const biome = join(root, 'node_modules', '.bin', 'biome');
    const args = ['lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', 'packages', 'apps'];
    const output = await new Promise<string>((resolve) =>
      execFile(biome, args, { cwd: folder }, (_error, stdout) => resolve(stdout)),
    );
    const report: Report = JSON.parse(output);
    for (const { category, severity, location } of report.diagnostics) {
      if (severity === 'information') continue;
      const path = location.path.replaceAll('\\', '/');
      found.set(path, [...(found.get(path) ?? []), category]);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(broken)('%s: refused', (_name, file, _text, rule) => {
    expect(found.get(file)).toContain(rule);
  });

  it.each(good)('%s: fine', (_name, file) => {
    expect(found.get(file)).toBeUndefined();
  });
});
