/** Chunks smaller than this are put together, or a peer that sends byte by byte would cost hundreds of bytes for each. */
const smallChunk = 512;

const nothing = Buffer.alloc(0);

/** Bytes in the order they came, in the chunks they came in; taken out in other pieces, without a copy where one chunk has it all. */
export class ByteQueue {
  readonly #chunks: Buffer[] = [];
  /** Index of the oldest chunk that still has bytes: taking one must not move all the others. */
  #head = 0;
  /** Bytes of that chunk taken already. */
  #offset = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    this.#length += chunk.length;
    const last = this.#chunks.length - 1;
    const tail = this.#chunks[last];
    if (tail !== undefined && tail.length + chunk.length <= smallChunk) {
      this.#chunks[last] = Buffer.concat([tail, chunk]);
    } else {
      this.#chunks.push(chunk);
    }
  }

  /** The oldest bytes, and they are gone from here. At most `length`. */
  take(byteLength: number): Buffer {
    if (byteLength === 0) return nothing;
    const chunk = this.#oldest();
    const end = this.#offset + byteLength;
    if (end <= chunk.length) {
      const taken = chunk.subarray(this.#offset, end);
      this.#advance(byteLength, chunk);
      return taken;
    }
    const taken = Buffer.allocUnsafe(byteLength);
    let filled = 0;
    while (filled < byteLength) {
      const source = this.#oldest();
      const count = source.copy(taken, filled, this.#offset, this.#offset + byteLength - filled);
      this.#advance(count, source);
      filled += count;
    }
    return taken;
  }

  /** Bytes before the first `byte`, or -1. Those before `from` are known not to be it: a long line is not searched again with every chunk. */
  indexOf(byte: number, from: number): number {
    let before = -this.#offset;
    for (let index = this.#head; index < this.#chunks.length; index += 1) {
      const chunk = this.#chunks[index] ?? nothing;
      const skip = Math.max(0, from - before);
      if (skip < chunk.length) {
        const found = chunk.indexOf(byte, skip);
        if (found !== -1) return before + found;
      }
      before += chunk.length;
    }
    return -1;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#head = 0;
    this.#offset = 0;
    this.#length = 0;
  }

  #oldest(): Buffer {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) throw new RangeError('more bytes were taken than there are');
    return chunk;
  }

  #advance(byteLength: number, chunk: Buffer): void {
    this.#length -= byteLength;
    this.#offset += byteLength;
    if (this.#offset < chunk.length) return;
    this.#offset = 0;
    // So that the bytes can be collected although the array lives on.
    this.#chunks[this.#head] = nothing;
    this.#head += 1;
    if (this.#length === 0) this.clear();
    else if (this.#head >= 1024) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
