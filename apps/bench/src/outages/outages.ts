import type { ChaosProxy } from '@pool/testkit';

/** A way to lose the server. Connections that are there and connections to come may fare differently. */
export interface Outage {
  readonly name: string;
  /** "The server …": for headings. */
  readonly what: string;
  harm(proxy: ChaosProxy): void;
  /** Nothing is lost for good: there is no return to wait for. */
  readonly partial?: true;
}

/** The same as in @pool/net's own tests, and the last case there in two variants. */
export const outages: readonly Outage[] = [
  {
    name: 'refuses',
    what: 'The server is gone: its connections are reset, new ones refused',
    harm: (proxy) => {
      proxy.refuse();
      proxy.cutAll('reset');
    },
  },
  {
    name: 'resets',
    what: 'The server resets every connection, new ones when they are made',
    harm: (proxy) => proxy.behave('reset'),
  },
  {
    name: 'half-closes',
    what: 'The server says FIN on every connection and nothing more',
    harm: (proxy) => proxy.behave('half-close'),
  },
  {
    name: 'black-hole',
    what: 'The network swallows everything; new connections are made, and swallowed too',
    harm: (proxy) => proxy.behave('black-hole'),
  },
  {
    name: 'drips',
    what: 'One byte comes through every 150 ms',
    harm: (proxy) => proxy.behave({ dripBytes: 1, everyMs: 150 }),
  },
  {
    name: 'half-dies',
    what: 'Half of the idle connections are reset at once, the others are well',
    partial: true,
    harm: (proxy) => {
      const { connections } = proxy;
      for (const connection of connections.slice(0, connections.length / 2)) connection.cut('reset');
    },
  },
  {
    name: 'half-dies-half-hangs',
    what: 'Half of the idle connections are reset at once, the others answer no more; new ones are well',
    partial: true,
    harm: (proxy) => {
      const { connections } = proxy;
      for (const [index, connection] of connections.entries()) {
        if (index < connections.length / 2) connection.cut('reset');
        else connection.behave('black-hole');
      }
    },
  },
];
