import { runTypeScript } from '@pool/testkit';
import { expect, test } from 'vitest';
import { type Answer, scriptedImap } from './scripted-imap.ts';

const file = (name: string): URL => new URL(`./fixtures/${name}.ts`, import.meta.url);

test('idle connections do not keep the process from ending', async () => {
  const server = await scriptedImap();
  const result = await runTypeScript(file('left-open'), { args: [String(server.port)] });
  expect(result).toMatchObject({ exitCode: 0, stdout: 'true\n', stderr: '', timedOut: false });
});

test('connections that are lost in the middle of anything do not end the process', async () => {
  const reset: Answer = (_args, session) => {
    session.end('reset');
    return undefined;
  };
  let commands = 0;
  const now = (answer: string): Answer => {
    return (args, session) => {
      commands += 1;
      return commands % 3 === 0 ? reset(args, session) : answer;
    };
  };
  const server = await scriptedImap({
    answers: {
      CAPABILITY: now('* CAPABILITY IMAP4rev1\r\nTAG OK done'),
      LOGIN: now('TAG OK done'),
      STATUS: reset,
      SELECT: reset,
      LIST: now('* BYE\r\n* what\r\nTAG OK'),
    },
  });
  const result = await runTypeScript(file('lost'), { args: [String(server.port)] });
  expect(result).toMatchObject({ exitCode: 0, stdout: 'alive\n', stderr: '', timedOut: false });
});
