import type { TlsOptions } from '../tls-options.ts';
import { abortable } from './abortable.ts';
import { Material } from './material.ts';

export type TlsOptionsSource = TlsOptions | (() => TlsOptions | PromiseLike<TlsOptions>);

interface RotationListener {
  readonly rotated: () => void;
  readonly failed: (error: unknown) => void;
}

/** The material in use, where it comes from, and whoever wants to know when it changes. */
export class MaterialSource {
  readonly #ask: () => TlsOptions | PromiseLike<TlsOptions>;
  #current: Material | undefined;
  /** The first one, while it is being asked for. */
  #asking: Promise<Material> | undefined;
  /** Of rotations: one that was overtaken by a later one changes nothing. */
  #turn = 0;
  #listeners: readonly RotationListener[] = [];

  /** @throws OptionsError */
  constructor(source: TlsOptionsSource) {
    if (typeof source === 'function') {
      this.#ask = source;
    } else {
      this.#current = new Material(source);
      const options = { ...source };
      this.#ask = () => options;
    }
  }

  /** @throws OptionsError | what the function threw | `signal.reason` */
  async get(signal: AbortSignal): Promise<Material> {
    signal.throwIfAborted();
    if (this.#current !== undefined) return this.#current;
    const asking = this.#asking ?? this.#askFirst();
    try {
      return await abortable(asking, signal);
    } catch (error) {
      // It failed, or takes too long: the next open asks again.
      if (this.#asking === asking) this.#asking = undefined;
      throw error;
    }
  }

  async rotate(): Promise<void> {
    const turn = ++this.#turn;
    let material: Material;
    try {
      material = await this.#make();
    } catch (error) {
      this.#tell(({ failed }) => failed(error));
      throw error;
    }
    if (turn !== this.#turn) return;
    this.#current = material;
    this.#tell(({ rotated }) => rotated());
  }

  listen(listener: RotationListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** All of them, whatever one of them throws. @throws what the first threw, if any */
  #tell(tell: (listener: RotationListener) => void): void {
    const thrown: unknown[] = [];
    for (const listener of this.#listeners) {
      try {
        tell(listener);
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw thrown[0];
  }

  #askFirst(): Promise<Material> {
    const turn = this.#turn;
    const asking = this.#make().then((material) => {
      if (turn === this.#turn) this.#current ??= material;
      return this.#current ?? material;
    });
    this.#asking = asking;
    return asking;
  }

  async #make(): Promise<Material> {
    return new Material(await this.#ask());
  }
}
