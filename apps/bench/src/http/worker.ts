import { Child } from '../child.ts';
import type { HttpContestant, Place } from './clients/client.ts';
import type { Answer, Order } from './messages.ts';

type Calls = Answer & { readonly kind: 'calls' };

const patienceMs = 60_000;

/** A contestant in a process of its own, and what it can be told. */
export class Worker implements Disposable {
  readonly #child: Child<Order, Answer>;
  readonly #name: string;

  private constructor(name: string) {
    this.#name = name;
    this.#child = new Child<Order, Answer>('http-worker', [name]);
  }

  static async of({ name }: HttpContestant): Promise<Worker> {
    const worker = new Worker(name);
    await worker.#child.next(patienceMs);
    return worker;
  }

  async make(place: Place, connections: number, warm = 0): Promise<void> {
    await this.#calls({ kind: 'make', place, connections, warm });
  }

  ask(count: number): Promise<Calls> {
    return this.#calls({ kind: 'ask', count });
  }

  async keepAsking(everyMs: number): Promise<void> {
    await this.#tell({ kind: 'keep asking', everyMs }, patienceMs);
  }

  stop(): Promise<Calls> {
    return this.#calls({ kind: 'stop' });
  }

  async waves(order: Order & { readonly kind: 'waves' }): Promise<Answer & { readonly kind: 'results' }> {
    const answer = await this.#tell(order, patienceMs + 3 * order.waves * (order.pauseMs + 1000));
    if (answer.kind !== 'results') throw this.#confused(answer);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  async #calls(order: Order): Promise<Calls> {
    const answer = await this.#tell(order, patienceMs);
    if (answer.kind !== 'calls') throw this.#confused(answer);
    return answer;
  }

  async #tell(order: Order, limitMs: number): Promise<Answer> {
    this.#child.send(order);
    return await this.#child.next(limitMs);
  }

  #confused({ kind }: Answer): Error {
    return new Error(`${this.#name} answered '${kind}' out of turn`);
  }
}
