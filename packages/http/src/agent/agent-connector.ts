import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock, Connector } from '@pool/core';
import { isSocketError } from '@pool/net';
import { ConnectionEndedError, ConnectTimeoutError } from '../errors.ts';
import { verdicts } from '../exchange/verdicts.ts';
import { AgentConnection } from './agent-connection.ts';

export interface AgentConnectorOptions {
  /** A socket that is connecting; by way of this tunnel, when there is one. */
  readonly connect: (tunnel: Socket | undefined) => Socket;
  /** Opens a tunnel through a proxy. Undefined: there is none on the way. */
  readonly openTunnel: ((signal: AbortSignal) => Promise<Socket>) | undefined;
  /** It tells that it is ready for a request. */
  readonly readyEvent: 'connect' | 'secureConnect';
  /** Does a request wait for a connection? */
  readonly isAwaited: () => boolean;
  readonly openTimeoutMs: number;
  readonly clock: Clock;
  /** The socket is the pool's from now on. */
  readonly onSocket: (connection: AgentConnection) => void;
}

/**
 * Opens sockets for requests of node:http. One that a request waits for is handed over while it still connects: what is done with
 * `timeout`, `lookup`, `connect` and an abort while connecting relies on it.
 */
export function agentConnector(options: AgentConnectorOptions): Connector<AgentConnection> {
  const { connect, openTunnel, readyEvent, isAwaited, openTimeoutMs, clock, onSocket } = options;
  return {
    open: async ({ signal }) => {
      // A tunnel is handed over when it is there, and secured: it has one limit, for all of it.
      const isAwaitedNow = openTunnel === undefined && isAwaited();
      const tunnel = await openTunnel?.(signal);
      const socket = connect(tunnel);
      const connection = new AgentConnection(socket);
      onSocket(connection);
      if (socket === tunnel) {
        // node:http takes what flows, and only what does.
        socket.resume();
        return connection;
      }
      if (isAwaitedNow) limitConnecting(socket, readyEvent, openTimeoutMs, clock);
      else await ready(socket, readyEvent, signal);
      return connection;
    },
    close: ({ socket }, { graceful }) => {
      if (graceful && !socket.connecting) socket.destroySoon();
      else socket.destroy();
    },
    destroy: ({ socket }) => void socket.destroy(),
    isAlive: (connection) => connection.isAlive(clock.turn?.() ?? clock.now()),
    watch: (connection, onBroken) =>
      connection.watch((error) => onBroken(new ConnectionEndedError('idle-gone', verdicts['idle-gone'].when, error))),
    onIdle: (connection) => connection.guard(),
    // Nobody could end what is fatal: the pool of an agent is not for its users to reach.
    openVerdict: () => 'retry',
    brokenBy: [isSocketError],
  };
}

async function ready(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  try {
    await once(socket, event, { signal });
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

/** The pool's limit does not see an opening that was handed over. */
function limitConnecting(socket: Socket, event: string, limitMs: number, clock: Clock): void {
  if (limitMs === Infinity) return;
  const alarm = clock.schedule(() => socket.destroy(new ConnectTimeoutError(limitMs)), limitMs);
  const stop = (): void => alarm[Symbol.dispose]();
  socket.once(event, stop);
  socket.once('close', stop);
}
