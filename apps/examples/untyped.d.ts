declare module 'dynalite' {
  import type { Server } from 'node:http';

  // biome-ignore lint/style/noDefaultExport: it is what this package exports, and it brings no types of its own.
  export default function dynalite(options?: { readonly createTableMs?: number }): Server;
}
