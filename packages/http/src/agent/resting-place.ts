/**
 * Holds things for one whole turn of the event loop at least: through a poll for what came over the network. A server that closes right
 * after its response is noticed in it.
 */
export class RestingPlace<T> {
  #arrived: T[] = [];
  #resting: T[] = [];
  #isArmed = false;
  readonly #onRested: (thing: T) => void;

  constructor(onRested: (thing: T) => void) {
    this.#onRested = onRested;
  }

  rest(thing: T): void {
    this.#arrived.push(thing);
    this.#arm();
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    setImmediate(this.#turn);
  }

  /** Between two calls of this lies a poll. */
  readonly #turn = (): void => {
    const rested = this.#resting;
    this.#resting = this.#arrived;
    this.#arrived = [];
    this.#isArmed = false;
    if (this.#resting.length > 0) this.#arm();
    for (const thing of rested) this.#onRested(thing);
  };
}
