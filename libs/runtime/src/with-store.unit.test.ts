import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodeOf } from './with-store.ts';

const fault = (message: string, code: unknown) => Object.assign(new Error(message), { code });

test.each([
  ['refused credentials', fault('Authentication failed.', 18), 78],
  ['a server too old', fault('Server at a:1 reports maximum wire version 8', undefined), 78],
  ['a server that does not answer', fault('connect ECONNREFUSED', 'ECONNREFUSED'), 1],
  ['a name that is not known yet', fault('getaddrinfo ENOTFOUND mongodb', 'ENOTFOUND'), 1],
])('a command on the store ends, by %s, with the code that says whether to try again', (_, error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

test('a migration with a wrong setting says what is wrong, not its value, and ends with 78', async () => {
  const script = join(import.meta.dirname, '../../../apps/event-handler/src/migrate.ts');
  const env = { ...process.env, MONGODB_URI: 'mongo://herald:hunter2@db' };
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  expect(await once(child, 'close')).toEqual([78, null]);
  expect(said).toContain('MONGODB_URI is not right');
  expect(said).not.toContain('hunter2');
});
