import type { UserConfig } from 'tsdown';

/** What every build here has in common; each package adds its entries. */
export const library: UserConfig = {
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  dts: { sourcemap: true },
  sourcemap: true,
  fixedExtension: false,
  logLevel: 'warn',
};
