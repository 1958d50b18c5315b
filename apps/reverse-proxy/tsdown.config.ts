import { defineConfig } from 'tsdown';
import { library } from '../../tsdown.base.ts';

export default defineConfig({ ...library, entry: { main: 'src/main.ts' }, dts: false });
