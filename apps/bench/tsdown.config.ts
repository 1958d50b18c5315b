import { defineConfig } from 'tsdown';
import { library } from '../../tsdown.base.ts';

export default defineConfig({
  ...library,
  entry: {
    main: 'src/main.ts',
    worker: 'src/worker.ts',
    'tls-server': 'src/tls-server.ts',
    'outage-worker': 'src/outage-worker.ts',
    'idle-limit-worker': 'src/idle-limit-worker.ts',
  },
  dts: false,
});
