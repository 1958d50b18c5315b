import { defineConfig } from 'tsdown';
import { library } from '../../tsdown.base.ts';

export default defineConfig({
  ...library,
  entry: {
    main: 'src/main.ts',
    worker: 'src/worker.ts',
    'tls-server': 'src/tls-server.ts',
    'http-server': 'src/http-server.ts',
    'http-slow-server': 'src/http-slow-server.ts',
    'http-worker': 'src/http-worker.ts',
    'outage-worker': 'src/outage-worker.ts',
    'idle-limit-worker': 'src/idle-limit-worker.ts',
  },
  dts: false,
});
