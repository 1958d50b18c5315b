declare module 'pg-pool' {
  class Pool<C> {
    constructor(options: { readonly Client: new () => C } & Readonly<Record<string, unknown>>);
    connect(): Promise<C>;
    end(): Promise<void>;
  }

  export { Pool as default };
}
