import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Converter, DeclarationReflection, ReflectionKind, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { root } from './pages.ts';

const entries = [
  'packages/core/src/index.ts',
  'packages/core/testing/index.ts',
  ...['net', 'tls', 'http', 'imap'].map((name) => `packages/${name}/src/index.ts`),
];

/** Writes the pages of the API from the docstrings. Never kept: they are as new as the sources. */
export async function writeApiReference(): Promise<void> {
  const out = join(root, 'apps/docs/api');
  const options: TypeDocOptions & Partial<PluginOptions> = {
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map((entry) => join(root, entry)),
    basePath: root,
    displayBasePath: root,
    tsconfig: join(root, 'apps/docs/tsconfig.api.json'),
    name: 'API',
    out,
    readme: 'none',
    logLevel: 'Warn',
    // Their types are checked elsewhere.
    skipErrorChecking: true,
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    // What Error has of its own stands in Node's documentation.
    excludeExternals: true,
    githubPages: false,
    // One page for each package: what belongs together is read, and searched, together.
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    useHTMLAnchors: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    enumMembersFormat: 'table',
    tableColumnSettings: { hideSources: true, hideInherited: true, hideOverrides: true, hideModifiers: true },
  };
  const app = await Application.bootstrapWithPlugins(options);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = module.name.replace(/^packages\/(\w+)(?:\/src)?/, '@pool/$1');
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember)) {
      // Said once, where it comes from; and symbols are for the package itself.
      const inherited = member instanceof DeclarationReflection && member.inheritedFrom !== undefined;
      if (inherited || member.name === '[brand]') project.removeReflection(member);
    }
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('the sources could not be read: run `npm run check -- types`');
  rmSync(out, { recursive: true, force: true });
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('the API reference could not be written: see above');
}
