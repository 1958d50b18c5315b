/** Wakes whoever waits for it. Stays rung until it is quieted, so that no ring is missed between two waits. */
export class Bell {
  #rung = false;
  #wake: (() => void)[] = [];

  get rung(): boolean {
    return this.#rung;
  }

  ring(): void {
    this.#rung = true;
    for (const wake of this.#wake.splice(0)) wake();
  }

  quiet(): void {
    this.#rung = false;
  }

  /** Resolves at the next ring; at once while it is rung. */
  heard(): Promise<void> {
    if (this.#rung) return Promise.resolve();
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}
