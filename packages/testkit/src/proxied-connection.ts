import type { Socket } from 'node:net';
import { type Address, connectTo, reset } from './address.ts';
import type { Behaviour, Direction, Ending } from './behaviour.ts';
import { type Flow, Pipe } from './pipe.ts';

const headStartMs = 10;

/** One connection through a proxy. */
export class ProxiedConnection {
  /** Resolves when both sides are closed. */
  readonly closed: Promise<unknown>;
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #toClient: Pipe;
  readonly #toTarget: Pipe;
  #behaviour: Behaviour = 'pass';
  /** What happened in a black hole, for when it ends. */
  #withheld: (() => void)[] = [];
  #bytesToClient = 0;
  #bytesToTarget = 0;

  constructor(client: Socket, target: Address, behaviour: Behaviour) {
    this.#client = client;
    this.#target = connectTo(target);
    this.#toClient = new Pipe(this.#target, client, (byteLength) => {
      this.#bytesToClient += byteLength;
    });
    this.#toTarget = new Pipe(client, this.#target, (byteLength) => {
      this.#bytesToTarget += byteLength;
    });
    client.on('error', () => {});
    this.closed = Promise.all([this.#watchEnd(client, this.#target), this.#watchEnd(this.#target, client)]);
    this.behave(behaviour);
  }

  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  get bytesToClient(): number {
    return this.#bytesToClient;
  }

  get bytesToTarget(): number {
    return this.#bytesToTarget;
  }

  /** Until the client's end is closed. */
  get open(): boolean {
    return !this.#client.closed;
  }

  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    if (behaviour === 'reset') {
      this.cut('reset');
      return;
    }
    this.#toClient.set(this.#flow(behaviour, 'to-client'));
    this.#toTarget.set(this.#flow(behaviour, 'to-target'));
    if (behaviour === 'half-close') this.#client.end();
    if (behaviour === 'black-hole') return;
    for (const act of this.#withheld.splice(0)) act();
  }

  /** End both sides now, whatever was on its way. */
  cut(ending: Ending = 'reset'): void {
    for (const socket of [this.#client, this.#target]) {
      if (ending === 'reset') reset(socket);
      else socket.destroySoon();
    }
  }

  #flow(behaviour: Exclude<Behaviour, 'reset'>, direction: Direction): Flow {
    if (behaviour === 'black-hole') return 'hold';
    if (behaviour === 'half-close') return direction === 'to-client' ? 'drop' : 'pass';
    if (behaviour === 'pass' || !('cutAfterBytes' in behaviour)) return behaviour;
    if (direction !== (behaviour.direction ?? 'to-client')) return 'pass';
    return { limit: behaviour.cutAfterBytes, onLimit: () => this.#cutBehind(behaviour.with) };
  }

  async #watchEnd(socket: Socket, other: Socket): Promise<void> {
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    this.#passEnd(socket, other);
  }

  /** libuv takes an RST it finds together with bytes for a FIN, so the bytes get a head start. */
  #cutBehind(ending: Ending = 'reset'): void {
    if (ending === 'fin') this.cut('fin');
    else setTimeout(() => this.cut('reset'), headStartMs);
  }

  /** A side that is gone without having said FIN was reset; the other one hears of it, unless nothing passes. */
  #passEnd(gone: Socket, other: Socket): void {
    if (this.#behaviour === 'black-hole') {
      this.#withheld.push(() => this.#passEnd(gone, other));
      return;
    }
    if (!gone.readableEnded || gone.errored !== null) reset(other);
  }
}
