import { defineConfig } from 'tsdown';
import { library } from '../../tsdown.base.ts';

export default defineConfig({
  ...library,
  // The embedded server is a process of its own, so it is a file of its own.
  entry: { main: 'src/main.ts', 'server-main': 'src/embedded/server-main.ts' },
  dts: false,
});
