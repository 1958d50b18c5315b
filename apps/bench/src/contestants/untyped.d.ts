declare module 'pg-pool' {
  class Pool<C> {
    constructor(options: { readonly Client: new () => C } & Readonly<Record<string, unknown>>);
    connect(): Promise<C>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: unknown) => void): this;
  }

  // biome-ignore lint/style/noDefaultExport: it is what this package exports, and it brings no types of its own.
  export { Pool as default };
}
