import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, root, WORKSPACE, writeCredentials } from '@herald/harness';
import { prettyFactory } from 'pino-pretty';
import { shown } from './options.ts';
import { colours } from './report/colours.ts';

/**
 * Herald in one process on ./data, started again on each change of the code. PORT, ADMIN_PORT, DATA_DIR, SMTP_URL and whatever else
 * all-in-one reads pass through; without SMTP_URL mails are written to the log. Ctrl-C ends it.
 */

const write = (text: string): void => void process.stdout.write(text);

/** The wished port if it is free, else any free one. */
function portNear(wished: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(freePort()));
    server.listen(wished, '127.0.0.1', () => server.close(() => resolve(wished)));
  });
}

const dataDir = resolve(root, process.env.DATA_DIR || 'data');
const credentialsDir = join(dataDir, 'credentials');
await mkdir(credentialsDir, { recursive: true, mode: 0o700 });
const known = await readFile(join(credentialsDir, 'api-key'), 'utf8').catch(() => undefined);
const { apiKey, env } = await writeCredentials(credentialsDir, known?.trim());
const port = await portNear(Number(process.env.PORT || 8080));
const adminPort = await portNear(Number(process.env.ADMIN_PORT || 9090));

const child = spawn(
  process.execPath,
  ['--watch', '--watch-preserve-output', join(root, 'apps/all-in-one/src/main.ts')],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own: the terminal's Ctrl-C comes to us alone, and is passed on once.
    detached: true,
    env: { ...process.env, ...env, DATA_DIR: dataDir, PORT: String(port), ADMIN_PORT: String(adminPort) },
  },
);
const { dim, bold } = colours;
const format = prettyFactory({
  colorize: colours.isColorSupported,
  ignore: 'pid,hostname,service',
  singleLine: true,
});
createInterface({ input: child.stdout }).on('line', (line) => {
  write(line.startsWith('{') ? format(line) : `${line}\n`);
  if (line.includes('"msg":"ready"')) banner();
});

let shownOnce = false;
function banner(): void {
  if (shownOnce) return;
  shownOnce = true;
  const base = `http://127.0.0.1:${port}`;
  write(`
${bold('Herald runs.')} Data: ${shown(dataDir)}   Ctrl-C ends it; the data stays.

  API, to read     ${base}/docs
  Health, metrics  http://127.0.0.1:${adminPort}/readyz  http://127.0.0.1:${adminPort}/metrics
  Webhooks         ${base}/hooks/${WORKSPACE}/<source>
  API key          ${apiKey}   ${dim(`(workspace ${WORKSPACE}, every scope)`)}

Try it:

  curl -sS ${base}/v1/events -H 'authorization: Bearer ${apiKey}' \\
    -H 'content-type: application/json' -d '{"type":"trial.started","prospectId":"ada"}'
  curl -sS ${base}/v1/prospects/ada/timeline -H 'authorization: Bearer ${apiKey}'

`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => child.kill('SIGTERM'));
process.once('exit', () => {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    process.kill(-child.pid, 'SIGKILL');
});
child.once('close', (code) => {
  process.exitCode = code ?? 0;
});
