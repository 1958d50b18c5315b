import { Wire } from '@pool/net';
import { protocols } from '../protocols/protocols.ts';
import type { Endpoint } from '../reach/endpoint.ts';
import { connectStep } from './connect-step.ts';
import type { Steps } from './steps.ts';
import { watchedClient } from './watched-client.ts';

/** Opens a connection as a pool would, with the same parts, but each step by itself. `steps.current` is the one that threw. */
export async function openStepByStep(endpoint: Endpoint, steps: Steps, signal: AbortSignal): Promise<Wire> {
  const { place, starttls, login } = endpoint;
  const client = endpoint.client && watchedClient(endpoint.client, steps, starttls);
  const context = { signal, attempt: 1, poolName: 'none' };
  const socket = await connectStep(place, steps, signal);
  const wire = new Wire(place.secure && client !== undefined ? await client.secure(socket, { signal }) : socket);
  try {
    if (starttls !== undefined && client !== undefined) {
      steps.begin('starttls');
      await protocols[starttls].startTls({ tls: client })(wire, context);
    }
    if (login !== undefined) {
      const { protocol, credentials } = login;
      steps.begin('login');
      await protocols[protocol].login({ credentials })(wire, context);
      steps.end((ms) => ({ step: 'login', ms, protocol, user: credentials.username }));
    }
    return wire;
  } catch (error) {
    wire.destroy();
    throw error;
  }
}
