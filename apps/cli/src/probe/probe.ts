import type { Wire } from '@pool/net';
import { tlsInfo } from '@pool/tls';
import { errorCode } from '../error-code.ts';
import type { Endpoint } from '../reach/endpoint.ts';
import { explainFailure } from '../targets/explain-failure.ts';
import { OpenTimeoutError } from '../ways/open-timeout-error.ts';
import { openStepByStep } from './open-step-by-step.ts';
import type { ProbeReport, ProbeStep, SecondConnection } from './probe-report.ts';
import { settle } from './settle.ts';
import { Steps } from './steps.ts';

/** For saying goodbye: the answer does not matter. */
const closeMs = 1000;

/** Opens one connection, and with TLS a second one. Never rejects: what went wrong is in the report. `tell` is called after each step. */
export async function probe(endpoint: Endpoint, timeoutMs: number, tell: (step: ProbeStep) => void): Promise<ProbeReport> {
  const steps = new Steps(tell);
  const report = { target: endpoint.place.name, node: process.version, steps: steps.done };
  let readyMs: number | null = null;
  try {
    await withWire(endpoint, steps, timeoutMs, async (wire) => {
      steps.begin('acceptance');
      await settle(wire);
    });
    readyMs = steps.totalMs;
    steps.begin('second');
    const second = endpoint.client === undefined ? null : await secondConnection(endpoint, timeoutMs);
    return { ...report, readyMs, second, error: null };
  } catch (error) {
    const { current } = steps;
    return { ...report, readyMs, second: null, error: { step: current, code: errorCode(error), message: explanation(error) } };
  }
}

async function secondConnection(endpoint: Endpoint, timeoutMs: number): Promise<SecondConnection> {
  const steps = new Steps(() => {});
  const resumed = await withWire(
    { ...endpoint, login: undefined },
    steps,
    timeoutMs,
    (wire) => tlsInfo(wire.socket)?.resumed ?? false,
  );
  return { resumed, handshakeMs: steps.done.find(({ step }) => step === 'handshake')?.ms ?? 0 };
}

/** Opens one, looks at it, and closes it again. */
async function withWire<R>(
  endpoint: Endpoint,
  steps: Steps,
  timeoutMs: number,
  look: (wire: Wire) => R | PromiseLike<R>,
): Promise<R> {
  const controller = new AbortController();
  const limit = setTimeout(() => controller.abort(new OpenTimeoutError(timeoutMs)), timeoutMs);
  try {
    const wire = await openStepByStep(endpoint, steps, controller.signal);
    try {
      const seen = await look(wire);
      await wire.close({ signal: AbortSignal.timeout(closeMs) });
      return seen;
    } finally {
      wire.destroy();
    }
  } finally {
    clearTimeout(limit);
  }
}

/** When several addresses were tried, which. */
function explanation(error: unknown): string {
  const told = explainFailure(error);
  if (!(error instanceof AggregateError)) return told;
  const addresses = error.errors.flatMap((attempt: unknown) => addressOf(attempt) ?? []);
  return addresses.length > 1 ? `${told}; tried ${addresses.join(', ')}` : told;
}

function addressOf(error: unknown): string | undefined {
  return error instanceof Error && 'address' in error ? `${error.address} (${errorCode(error)})` : undefined;
}
