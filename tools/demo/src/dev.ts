import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createRunning, freePort, root, WORKSPACE, writeCredentials, writeShellFile } from '@herald/harness';
import { createLogView } from './dev/log-view.ts';
import { shown } from './options.ts';
import { colours } from './report/colours.ts';

/**
 * Herald in one process on ./data, or on MONGODB_URI and AMQP_URL, restarted on each change of its sources.
 * The environment passes through.
 * Messages of channels without a provider are shown in the terminal. Ctrl-C ends it.
 */

const dataDir = resolve(root, process.env.DATA_DIR || 'data');
const running = createRunning<{ url: string }>(join(dataDir, 'dev.json'), 'tools/demo/src/dev.ts');
const other = await running.read();
if (other === undefined) await run();
else {
  process.stderr.write(
    `Herald already runs on ${shown(dataDir)} (process ${other.pid}): ${other.url}/docs. For a second ` +
      `one, set DATA_DIR.\n`,
  );
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const credentialsDir = join(dataDir, 'credentials');
  const shellFile = join(dataDir, 'dev.env');
  await mkdir(credentialsDir, { recursive: true, mode: 0o700 });
  const known = await readFile(join(credentialsDir, 'api-key'), 'utf8').catch(() => undefined);
  const { apiKey, env } = await writeCredentials(credentialsDir, known?.trim());
  const port = await freePort(Number(process.env.PORT || 8080));
  const adminPort = await freePort(Number(process.env.ADMIN_PORT || 9090));
  const url = `http://127.0.0.1:${port}`;
  await running.write({ url });
  await writeShellFile(shellFile, url, apiKey);

  // Sources only: an installation that has just ended may still write files.
  const sources = globSync('{apps,libs}/*/src', { cwd: root });
  const child = spawn(
    process.execPath,
    [
      ...sources.map((folder) => `--watch-path=${join(root, folder)}`),
      '--watch-preserve-output',
      join(root, 'apps/all-in-one/src/main.ts'),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      // A process group of its own: Ctrl-C reaches this process alone, which passes it on once.
      detached: true,
      env: {
        SENDER: 'Herald <herald@example.com>',
        CONSOLE_CHANNELS: 'email,sms,call',
        ...process.env,
        ...env,
        DATA_DIR: dataDir,
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
      },
    },
  );
  const view = createLogView();
  let greeted = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    process.stdout.write(view(line));
    if (greeted || !line.includes('"msg":"ready"')) return;
    greeted = true;
    process.stdout.write(banner({ url, adminPort, apiKey, shellFile }));
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child.kill('SIGTERM'));
  process.once('exit', () => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      process.kill(-child.pid, 'SIGKILL');
  });
  child.once('close', (code) => {
    process.exitCode = code ?? 0;
    void running.remove();
  });
}

interface Greeting {
  readonly url: string;
  readonly adminPort: number;
  readonly apiKey: string;
  readonly shellFile: string;
}

function banner({ url, adminPort, apiKey, shellFile }: Greeting): string {
  const { dim, bold } = colours;
  const isManaged = (process.env.MONGODB_URI ?? '') !== '';
  const data = isManaged ? 'in MongoDB and RabbitMQ, by the environment' : shown(dataDir);
  return `
${bold('Herald runs.')} Data: ${data}   Ctrl-C ends it; the data stays.

  API, to read     ${url}/docs
  Health, metrics  http://127.0.0.1:${adminPort}/readyz  http://127.0.0.1:${adminPort}/metrics
  Webhooks         ${url}/hooks/${WORKSPACE}/<source>
  API key          ${apiKey}   ${dim(`(workspace ${WORKSPACE}, every scope)`)}

Try it in another terminal, with the first campaign of the README:

  . ${shown(shellFile)}     ${dim('# HERALD_URL and HERALD_KEY')}
  curl -sS $HERALD_URL/v1/campaigns -H "authorization: Bearer $HERALD_KEY"

`;
}
