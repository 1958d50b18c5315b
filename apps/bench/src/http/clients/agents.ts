import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { HttpAgent, HttpsAgent } from 'agentkeepalive';
import { answerMs, type HttpClient, type HttpContestant, type Place } from './client.ts';

export const nodeAgent: HttpContestant = {
  name: 'http.Agent',
  setUp: "Node's own, `keepAlive: true`, `maxSockets`",
  make: (place, maxSockets) => {
    const options = { keepAlive: true, maxSockets };
    return clientOf(place, isSecure(place) ? new SecureAgent(options) : new Agent(options));
  },
};

export const agentKeepAlive: HttpContestant = {
  name: 'agentkeepalive',
  packageName: 'agentkeepalive',
  setUp: '`maxSockets`, and its own limits for free sockets (4 s)',
  make: (place, maxSockets) => clientOf(place, isSecure(place) ? new HttpsAgent({ maxSockets }) : new HttpAgent({ maxSockets })),
};

/** By node:http or node:https. */
export function requestThrough(place: Place, agent: Agent): HttpClient['request'] {
  const { url, ca } = place;
  const send = isSecure(place) ? secureRequest : request;
  return (method) =>
    new Promise((resolve, reject) => {
      const sent = send(url, { method, agent, ca, timeout: answerMs }, (response) => {
        response.on('error', reject).on('end', resolve).resume();
      });
      sent.on('error', reject).end();
    });
}

function clientOf(place: Place, agent: Agent): HttpClient {
  return { request: requestThrough(place, agent), close: async () => agent.destroy() };
}

function isSecure({ url }: Place): boolean {
  return url.startsWith('https:');
}
