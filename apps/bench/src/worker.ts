import { contestants } from './contestants/all.ts';
import type { Reply, Request } from './messages.ts';
import { profileHeap, TimeProfile } from './profiling.ts';
import { scenarios } from './scenarios/all.ts';

// One contestant in one scenario at one size, alone in this process: what the compiler learns of it, it learns of nothing else.
const [scenarioName, contestantName, size = '', quick, profiled] = process.argv.slice(2);
const scenario = scenarios.find(({ name }) => name === scenarioName);
const contestant = contestants.find(({ name }) => name === contestantName);
if (scenario === undefined || contestant === undefined) throw new Error(`no ${scenarioName} or no ${contestantName}`);

const profile = profiled === 'profiled' ? await TimeProfile.start() : undefined;
const prepared = await scenario.prepare(contestant, size, quick === 'quick');

async function answer(request: Request): Promise<Reply> {
  switch (request) {
    case 'round':
      return { kind: 'sample', sample: await prepared.round() };
    case 'bytes':
      return { kind: 'sample', sample: { bytes: (await prepared.bytes?.()) ?? Number.NaN } };
    case 'profile-time':
      return { kind: 'hotspots', hotspots: (await profile?.during(prepared.round)) ?? [] };
    case 'profile-heap':
      return { kind: 'hotspots', hotspots: await profileHeap(prepared.round) };
  }
}

function reply(message: Reply): void {
  process.send?.(message);
}

process.on('message', (request: Request) => {
  answer(request).then(reply, (error: unknown) => reply({ kind: 'failed', message: String(error) }));
});
process.on('disconnect', () => process.exit());
reply({ kind: 'ready' });
