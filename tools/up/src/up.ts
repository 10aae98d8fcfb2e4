import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '@herald/harness';
import { folder, logFile, type State, supervisor } from './state.ts';

/** `make up`: starts what does not run yet, in the background, and prints where it is. */
const PATIENCE = 15 * 60_000; // a first start may install or build a server
const errors = join(folder, 'supervisor.log');

let state = await supervisor.read();
if (state === undefined) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const output = openSync(errors, 'w', 0o600);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'supervise.ts')], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  process.stdout.write(
    'Starting RabbitMQ, MongoDB and the four services (the first time may take minutes) ...\n',
  );
  const until = performance.now() + PATIENCE;
  while (state === undefined && !ended && performance.now() < until) {
    await pause(200);
    state = await supervisor.read();
  }
  child.unref();
}

if (state === undefined) {
  process.stderr.write(`It did not come up:\n${await readFile(errors, 'utf8')}`);
  process.exitCode = 1;
} else {
  process.stdout.write(describe(state));
}

function describe({ services, apiKey, url, broker, database }: State): string {
  const shown = (file: string): string => relative(root, file);
  return [
    '',
    `API              ${url}   (all four services, as behind an Ingress)`,
    ...services.map(({ name, api, admin }) => `${name.padEnd(16)} ${api}/docs   ${admin}/metrics`),
    `RabbitMQ         ${broker}`,
    `MongoDB          ${database}`,
    `log              ${shown(logFile)} (messages that no provider takes are shown there)`,
    `API key          ${apiKey}`,
    '',
    'Try it:',
    '',
    `  . ${shown(join(folder, 'dev.env'))}   # HERALD_URL and HERALD_KEY; then follow the README`,
    '',
    'make down ends what was started.',
    '',
  ].join('\n');
}
