import { Agent, get } from 'node:http';
import type { Contestant } from './contestant.ts';
import { type HttpRequester, httpContestant } from './http-requester.ts';

export const nodeAgent: Contestant = httpContestant({ name: 'http.Agent keepAlive', role: 'floor' }, ({ port }, maxSockets) => {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return { send: getThrough(agent, port), close: async () => agent.destroy() };
});

/** GET by node:http. */
export function getThrough(agent: Agent, port: number): HttpRequester['send'] {
  return (done) => {
    const request = get({ host: '127.0.0.1', port, path: '/x', agent }, (response) => {
      response.resume();
      response.on('end', () => done());
    });
    request.on('error', done);
  };
}
