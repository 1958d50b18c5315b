import type { CloseContext, Connector, OpenContext } from '../src/connector.ts';
import { Pool } from '../src/pool.ts';

/** One connector under test, with a peer it can reach. */
export interface ConnectorUnderTest<T> {
  readonly connector: Connector<T>;
  /** Makes the peer (or the way to it) fail, so that this connection is dead. */
  breakIt(connection: T): void | Promise<void>;
  /** Uses a connection for one exchange; throws when it cannot. Default: the connector's ping. */
  exchange?(connection: T): void | Promise<void>;
  stop(): void | Promise<void>;
}

/** Whatever registers tests: `{ describe, it }` of vitest, jest, mocha or node:test. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/**
 * The promises that every connector must keep for a pool to keep its own, as tests: run it on yours.
 *
 *     import { describe, it } from 'vitest';
 *     connectorSuite('my connector', () => startServerAndMakeConnector(), { describe, it });
 */
export function connectorSuite<T>(
  name: string,
  make: () => ConnectorUnderTest<T> | Promise<ConnectorUnderTest<T>>,
  runner: TestRunner,
): void {
  const check = (what: string, body: (test: ConnectorUnderTest<T>) => Promise<void>): void => {
    runner.it(what, async () => {
      const test = await make();
      try {
        await body(test);
      } finally {
        await test.stop();
      }
    });
  };

  runner.describe(`${name} keeps the promises of a connector`, () => {
    check('what it opens is alive, clean, and good for an exchange', async ({ connector, exchange }) => {
      const connection = await connector.open(openContext());
      expectAlive(connector, connection, true);
      if (connector.isClean?.(connection) === false) throw new Error('a fresh connection is not clean');
      await exchange?.(connection);
      await connector.ping?.(connection, { signal: never() });
      await connector.close?.(connection, closeContext(true));
      connector.destroy?.(connection);
    });

    check('two opens give two connections', async ({ connector }) => {
      const [one, other] = await Promise.all([connector.open(openContext()), connector.open(openContext())]);
      if (one === other) throw new Error('open() gave the same connection twice');
      connector.destroy?.(one);
      connector.destroy?.(other);
    });

    check('an open that is aborted before it starts gives no connection', async ({ connector }) => {
      await refused(connector, openContext(AbortSignal.abort(new Error('called off'))));
    });

    check('an open that is aborted under way settles', async ({ connector }) => {
      const controller = new AbortController();
      const opening = Promise.resolve(connector.open(openContext(controller.signal)));
      controller.abort(new Error('called off'));
      // It may have been opened already: that is no fault, the pool closes it.
      await opening.then(
        (connection) => connector.destroy?.(connection),
        () => {},
      );
    });

    check('a closed connection is not alive any more', async ({ connector }) => {
      for (const graceful of [true, false]) {
        const connection = await connector.open(openContext());
        if (connector.close === undefined) connector.destroy?.(connection);
        else await connector.close(connection, closeContext(graceful));
        expectAlive(connector, connection, false);
      }
    });

    check('destroy does no harm, before, after and instead of close', async ({ connector }) => {
      const connection = await connector.open(openContext());
      connector.destroy?.(connection);
      connector.destroy?.(connection);
      await connector.close?.(connection, closeContext(false));
      connector.destroy?.(connection);
    });

    check('the watch sees a connection die, and the connection knows it', async ({ connector, breakIt }) => {
      const connection = await connector.open(openContext());
      if (connector.watch !== undefined) {
        connector.onIdle?.(connection);
        let reports = 0;
        const unwatch = connector.watch(connection, () => reports++);
        await breakIt(connection);
        await until(() => reports > 0, 'watch() did not report that the connection died');
        unwatch();
        expectAlive(connector, connection, false);
      }
      connector.destroy?.(connection);
    });

    check('a watch that was ended reports nothing', async ({ connector, breakIt }) => {
      const connection = await connector.open(openContext());
      let reports = 0;
      connector.watch?.(connection, () => reports++)();
      await breakIt(connection);
      await until(() => connector.isAlive?.(connection) !== true, 'the connection does not notice that it died');
      if (reports > 0) throw new Error('watch() reported after it was ended');
      connector.destroy?.(connection);
    });

    check('a pool lends it again and again, and a dead one never', async ({ connector, breakIt, exchange }) => {
      await using pool = new Pool(connector, { max: 1, min: 1 });
      let first: T | undefined;
      for (let use = 0; use < 3; use++) {
        await pool.use(async (connection) => {
          if (use > 0 && connection !== first) throw new Error('a healthy connection was replaced');
          first = connection;
          await exchange?.(connection);
        });
      }
      const gone = new Promise<void>((resolve) => {
        pool.once('discard', () => resolve());
      });
      await breakIt(first as T);
      if (connector.watch !== undefined) await gone;
      await until(() => connector.isAlive?.(first as T) !== true, 'the connection does not notice that it died');
      await pool.use(async (connection) => {
        if (connection === first) throw new Error('a dead connection was lent again');
        await exchange?.(connection);
      });
    });

    check('closing the pool leaves nothing open', async ({ connector }) => {
      const pool = new Pool(connector, { max: 3, min: 3 });
      await pool.ready();
      const lease = await pool.acquire();
      const connections = [lease.value];
      lease.release();
      await pool.close();
      for (const connection of connections) expectAlive(connector, connection, false);
      const { opened, closed } = pool.stats.totals;
      const ended = Object.values(closed).reduce((sum, count) => sum + count, 0);
      if (opened !== ended) throw new Error(`${opened} were opened and ${ended} closed`);
    });
  });
}

function openContext(signal: AbortSignal = never()): OpenContext {
  return { signal, attempt: 1, poolName: 'connector suite' };
}

function closeContext(graceful: boolean): CloseContext {
  return { reason: 'pool-closed', graceful, signal: never() };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function refused<T>(connector: Connector<T>, context: OpenContext): Promise<void> {
  let connection: T;
  try {
    connection = await connector.open(context);
  } catch {
    return;
  }
  connector.destroy?.(connection);
  throw new Error('open() gave a connection although its signal had aborted');
}

function expectAlive<T>(connector: Connector<T>, connection: T, alive: boolean): void {
  if (connector.isAlive !== undefined && connector.isAlive(connection) !== alive) {
    throw new Error(`isAlive() answers ${!alive} for a connection that is ${alive ? 'alive' : 'gone'}`);
  }
}

/** Turns of the event loop, not time: the peer is on this machine. */
async function until(condition: () => boolean, otherwise: string): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    if (condition()) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(otherwise);
}
