import type { Alarm } from '../clock.ts';
import { neutrally } from './neutral.ts';
import type { Runner } from './runner.ts';

/** The pool's one timer: set to the earliest thing due, moved only forward, and holding the process only while somebody waits. */
export class AlarmClock<T> {
  private readonly runner: Runner<T>;
  #alarm: Alarm | undefined = undefined;
  private setFor: number = Infinity;
  #keepsAlive = false;
  #asked = false;

  constructor(runner: Runner<T>) {
    this.runner = runner;
  }

  /** After lending and taking back, which can only make something due earlier: it must cost next to nothing. */
  hasten(): void {
    if (this.runner.machine.timetable.wakeAt < this.setFor) this.adjust();
  }

  /** After every other input. */
  adjust(): void {
    const { machine } = this.runner;
    if ((machine.timetable.wakeAt < this.setFor || machine.awaited !== this.#keepsAlive) && !this.#asked) {
      this.#asked = true;
      // Not here: a timer would keep the caller's asynchronous context.
      neutrally(this.#set);
    }
  }

  stop(): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = undefined;
    this.setFor = -Infinity;
    this.#asked = true;
  }

  readonly #set = (): void => {
    const { machine, clock } = this.runner;
    if (this.setFor === -Infinity) return;
    this.#asked = false;
    const { awaited } = machine;
    const { wakeAt } = machine.timetable;
    if (wakeAt < this.setFor || (this.#alarm === undefined && awaited)) {
      this.#alarm?.[Symbol.dispose]();
      this.#alarm = undefined;
      try {
        this.#alarm = clock.schedule(this.#ring, wakeAt - clock.now(), { keepAlive: awaited });
        this.setFor = wakeAt;
        this.#keepsAlive = awaited;
      } catch (error) {
        // Without a timer limits are not kept; the next input tries again.
        this.setFor = Infinity;
        this.runner.fault('clock', error);
      }
    } else if (awaited !== this.#keepsAlive) {
      this.#keepsAlive = awaited;
      this.#alarm?.keepAlive(awaited);
    }
  };

  readonly #ring = (): void => {
    this.#alarm = undefined;
    this.setFor = Infinity;
    this.#keepsAlive = false;
    this.runner.tick();
  };
}
