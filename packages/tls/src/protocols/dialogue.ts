import type { OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { refuseEarlyBytes } from './refuse-early-bytes.ts';

/** Far more than any line (12 288 bytes, RFC 4954 section 4) and any answer of a server before the login, and little enough to keep. */
const longestLine = 16_384;
const longestAnswer = 65_536;

/** Question and answer in lines, each answer of a bounded length, and none before its question. */
export class Dialogue {
  readonly wire: Wire;
  readonly #signal: AbortSignal;
  readonly #during: 'starttls' | 'login';
  #left = longestAnswer;

  constructor(wire: Wire, { signal }: OpenContext, during: 'starttls' | 'login') {
    this.wire = wire;
    this.#signal = signal;
    this.#during = during;
  }

  /**
   * @param what how errors call the line, which may hold a secret
   * @throws StartTlsInjectionError | ProtocolError when the peer has said something that nobody asked for
   */
  async ask(line: string, what: string): Promise<void> {
    if (this.#during === 'starttls') refuseEarlyBytes(this.wire, what);
    else if (this.wire.bufferedBytes > 0) {
      throw new ProtocolError(
        `the server sent ${this.wire.bufferedBytes} bytes before it was asked (${what}): it and this side are out of step`,
      );
    }
    this.#left = longestAnswer;
    await this.wire.write(`${line}\r\n`, { signal: this.#signal });
  }

  /**
   * The next line of the answer.
   * @throws ProtocolError when the answer is too long
   */
  async hear(): Promise<string> {
    const line = await this.wire.readLine({ signal: this.#signal, maxBytes: longestLine, encoding: 'latin1' });
    this.#left -= line.length + 2;
    if (this.#left < 0) {
      throw new ProtocolError(
        `an answer of the peer is longer than ${longestAnswer} bytes: no server says that much before the login`,
      );
    }
    return line;
  }
}
