import { describe, it } from 'vitest';
import { connectorSuite } from './connector-suite.ts';

interface Fake {
  alive: boolean;
  onBroken: (error?: unknown) => void;
}

connectorSuite<Fake>(
  'a connector of plain objects',
  () => ({
    connector: {
      open: ({ signal }) => {
        signal.throwIfAborted();
        return { alive: true, onBroken: () => {} };
      },
      close: (fake) => {
        fake.alive = false;
      },
      destroy: (fake) => {
        fake.alive = false;
      },
      isAlive: (fake) => fake.alive,
      watch: (fake, onBroken) => {
        fake.onBroken = onBroken;
        return () => {
          fake.onBroken = () => {};
        };
      },
    },
    breakIt: (fake) => {
      fake.alive = false;
      fake.onBroken(new Error('gone'));
    },
    stop: () => {},
  }),
  { describe, it },
);
