import type { Socket } from 'node:net';
import type { Delay, Drip } from './behaviour.ts';

/** How one direction treats its bytes. `limit`: so many more, then `onLimit`. */
export type Flow = 'pass' | 'hold' | 'drop' | Delay | Drip | { readonly limit: number; readonly onLimit: () => void };

interface Item {
  /** Undefined: FIN. */
  readonly bytes: Buffer | undefined;
  readonly arrivedAt: number;
}

const mostQueued = 1 << 20;

/** One direction of a proxied connection: what comes from one socket goes to the other, in order, as its flow has it. */
export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #onBytes: (byteLength: number) => void;
  #flow: Flow = 'pass';
  #queue: Item[] = [];
  #queued = 0;
  #timer: NodeJS.Timeout | undefined;
  #blocked = false;
  #limitLeft = 0;

  constructor(from: Socket, to: Socket, onBytes: (byteLength: number) => void) {
    this.#from = from;
    this.#to = to;
    this.#onBytes = onBytes;
    from.on('data', (bytes) => this.#push(bytes));
    from.on('end', () => this.#push(undefined));
    to.on('drain', () => {
      this.#blocked = false;
      this.#run();
    });
    to.on('close', () => this.set('drop'));
  }

  set(flow: Flow): void {
    this.#flow = flow;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (typeof flow === 'object' && 'limit' in flow) this.#limitLeft = flow.limit;
    this.#run();
  }

  #push(bytes: Buffer | undefined): void {
    this.#queue.push({ bytes, arrivedAt: performance.now() });
    this.#queued += bytes?.length ?? 0;
    if (this.#timer === undefined) this.#run();
  }

  #run(): void {
    const flow = this.#flow;
    if (flow === 'hold') {
      this.#from.pause();
      return;
    }
    if (flow === 'drop') this.#clear();
    else if (typeof flow === 'object' && 'dripBytes' in flow) this.#drip(flow);
    else if (typeof flow === 'object' && 'delayMs' in flow) this.#delay(flow);
    else this.#flush(flow);
    if (this.#blocked || this.#queued > mostQueued) this.#from.pause();
    else this.#from.resume();
  }

  #flush(flow: Flow): void {
    const limited = typeof flow === 'object' && 'limit' in flow;
    for (;;) {
      if (limited && this.#limitLeft === 0) {
        this.set('drop');
        flow.onLimit();
        return;
      }
      if (this.#queue.length === 0 || this.#blocked) return;
      this.#send(limited ? this.#limitLeft : Infinity);
    }
  }

  #delay({ delayMs }: Delay): void {
    const now = performance.now();
    for (let head = this.#queue[0]; head !== undefined && !this.#blocked; head = this.#queue[0]) {
      const waitMs = head.arrivedAt + delayMs - now;
      if (waitMs > 0) {
        this.#later(waitMs);
        return;
      }
      this.#send(Infinity);
    }
  }

  #drip({ dripBytes, everyMs }: Drip): void {
    if (this.#queue.length === 0 || this.#blocked) return;
    this.#send(dripBytes);
    this.#later(everyMs);
  }

  #later(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run();
    }, delayMs);
  }

  /** The oldest item, or as much of it as that. */
  #send(most: number): void {
    const head = this.#queue.shift();
    if (head === undefined) return;
    if (head.bytes === undefined) {
      this.#to.end();
      return;
    }
    const bytes = head.bytes.subarray(0, most);
    if (bytes.length < head.bytes.length) this.#queue.unshift({ ...head, bytes: head.bytes.subarray(bytes.length) });
    this.#queued -= bytes.length;
    this.#limitLeft -= bytes.length;
    this.#onBytes(bytes.length);
    if (!this.#to.write(bytes)) this.#blocked = true;
  }

  #clear(): void {
    this.#queue = [];
    this.#queued = 0;
  }
}
