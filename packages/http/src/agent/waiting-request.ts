import { AsyncResource } from 'node:async_hooks';
import { Agent, type ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Lease, LeaseRequest } from '@pool/core';
import type { AgentConnection } from './agent-connection.ts';
import type { AgentOrigin } from './agent-origin.ts';

/** How an agent hands a request its socket, or the reason why there is none. Node documents it for agents, its types do not. */
interface TakesSocket {
  onSocket(socket: Socket | null, error?: Error): void;
  reusedSocket: boolean;
  readonly timeout?: number | undefined;
}

/** A request of node:http that wants a socket. `private` where a # would be defined for each. */
export class WaitingRequest implements LeaseRequest<AgentConnection> {
  readonly request: ClientRequest;
  private readonly agent: Agent;
  private readonly origin: AgentOrigin;
  private context: AsyncResource | undefined = undefined;
  private isAnswered = false;

  constructor(request: ClientRequest, agent: Agent, origin: AgentOrigin) {
    this.request = request;
    this.agent = agent;
    this.origin = origin;
  }

  /** It was not served at once: it will be in its own asynchronous context, whoever makes a socket available. */
  queue(): void {
    if (this.isAnswered) return;
    this.context = new AsyncResource('QueuedRequest');
    this.origin.waiting.add(this);
  }

  onLease(lease: Lease<AgentConnection>): void {
    this.answered();
    // Given up while it waited. It still has to be told, and is by an error.
    if (this.request.destroyed) {
      lease.release();
      return this.run(() => takesSocket(this.request).onSocket(null));
    }
    const connection = lease.value;
    connection.lease = lease;
    if (this.context === undefined) this.assign(connection);
    else this.context.runInAsyncScope(this.assign, this, connection);
  }

  onRefused(error: unknown): void {
    this.answered();
    this.run(() => takesSocket(this.request).onSocket(null, error instanceof Error ? error : new Error(String(error))));
  }

  private assign(connection: AgentConnection): void {
    connection.unguard();
    const { socket } = connection;
    const request = takesSocket(this.request);
    if (connection.uses++ > 0) {
      request.reusedSocket = true;
      // A hook of node:http, for those who override it: what Node does in it is done.
      if (this.agent.reuseSocket !== Agent.prototype.reuseSocket) this.agent.reuseSocket(socket, this.request);
    }
    request.onSocket(socket);
    if (request.timeout !== undefined && request.timeout !== socket.timeout) socket.setTimeout(request.timeout);
  }

  private answered(): void {
    this.isAnswered = true;
    if (this.context !== undefined) this.origin.waiting.delete(this);
  }

  private run(callback: () => void): void {
    if (this.context === undefined) callback();
    else this.context.runInAsyncScope(callback);
  }
}

function takesSocket(request: ClientRequest): TakesSocket {
  return request as unknown as TakesSocket;
}
