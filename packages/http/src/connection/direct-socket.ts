import { type NetConnectOpts, Socket } from 'node:net';
import type { TcpOptions } from '@pool/net';

/**
 * A socket that hands what it reads to a reader who takes it at once, as the engine does, past the stream's buffer and the turn of its own
 * that costs. Node takes 64 KiB for every read and gives most of it back; this copies what came, when that is little. Together that is a
 * tenth of the processor time of a small request. To everybody else it is a socket like any other.
 */
export class DirectSocket extends Socket {
  /** On its way to the reader, past the stream. */
  #chunk: Buffer | undefined = undefined;

  constructor() {
    // Not a part of this object, which Bun asks for it before there is one.
    const memory = new ReadMemory();
    // Not in Node's types of the constructor, only in those of `connect`; documented for both.
    const options: object = {
      onread: {
        buffer: () => memory.next,
        callback: (length: number, buffer: Buffer) => this.#receive(memory.take(length, buffer)),
      },
    };
    super(options);
  }

  static connect(options: TcpOptions): DirectSocket {
    return new DirectSocket().connect(options as NetConnectOpts);
  }

  override read(size?: number): unknown {
    const chunk = this.#chunk;
    if (chunk === undefined || size !== undefined) return super.read(size);
    this.#chunk = undefined;
    return chunk;
  }

  /** False when no more is wanted for now. */
  #receive(chunk: Buffer): boolean {
    if (!this.#mayPassStream()) return this.push(chunk);
    this.#chunk = chunk;
    try {
      this.emit('readable');
    } catch (error) {
      // Thrown here, it would keep Node from taking other memory for the next read.
      process.nextTick(rethrow, error);
    }
    // Nobody took it; the engine has been paused, say.
    if (this.#chunk !== undefined) {
      this.#chunk = undefined;
      this.push(chunk);
    }
    return true;
  }

  /** Nobody but listeners for `readable` wants the bytes, just as they are, and what came before has been read. */
  #mayPassStream(): boolean {
    return this.readableLength === 0 && this.readableEncoding === null && this.listenerCount('data') === 0;
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** As much as Node itself reads at once. */
const readSize = 65_536;

/** Little is read into this one by all sockets: it is copied out before the next read. */
const sharedBuffer = Buffer.allocUnsafeSlow(readSize);

/** What a socket reads into. */
class ReadMemory {
  /** For the next read. After one that filled it, memory that can be given away: more is likely to come, and would be copied. */
  next = sharedBuffer;

  /** What a read brought into this buffer, in memory that no other read touches and that is no larger. */
  take(length: number, buffer: Buffer): Buffer {
    const isFull = length === readSize;
    this.next = isFull ? Buffer.allocUnsafeSlow(readSize) : sharedBuffer;
    if (isFull && buffer !== sharedBuffer) return buffer;
    const chunk = Buffer.allocUnsafe(length);
    buffer.copy(chunk, 0, 0, length);
    return chunk;
  }
}
