import { Agent, get } from 'node:http';
import type { Target } from '../../sockets/raw-connection.ts';
import { answerMs, type Client, type Contestant } from '../client.ts';

export const httpAgent: Contestant = {
  name: 'http.Agent',
  setUp: "Node's own, `keepAlive: true`, `maxSockets`",
  make: async (target, connections) => through(target, new Agent({ keepAlive: true, maxSockets: connections })),
};

export const agentKeepAlive: Contestant = {
  name: 'agentkeepalive',
  packageName: 'agentkeepalive',
  setUp: '`maxSockets`, and its own limits for free sockets (4 s)',
  async make(target, connections) {
    const { HttpAgent } = await import('agentkeepalive');
    return through(target, new HttpAgent({ maxSockets: connections }));
  },
};

function through(target: Target, agent: Agent): Client {
  return {
    request: () =>
      new Promise((resolve, reject) => {
        get({ ...target, path: '/', agent, timeout: answerMs }, (message) => {
          message.on('error', reject).on('end', resolve).resume();
        }).on('error', reject);
      }),
    close: async () => agent.destroy(),
  };
}
