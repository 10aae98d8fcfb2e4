import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findOrInstall, onPath, type Unavailable } from '@herald/debian';
import { freePort } from '@herald/harness/port';
import { dovecotConf } from './dovecot-conf.ts';
import type { MailHostOptions } from './options.ts';
import { mainCf, masterCf, QUEUE_FOLDERS } from './postfix-conf.ts';

const run = promisify(execFile);
const POSTFIX = '/usr/lib/postfix/sbin';
/** ms until it must listen. */
const START = 30_000;

/** A host that takes any mail by SMTP; for `home.example` it has no user, so it sends a bounce back. */
export interface MailHost {
  /** `smtp://`, of Postfix. */
  readonly smtpUrl: string;
  /** `imap://`, of Dovecot, with the credentials of the mailbox. */
  readonly imapUrl: string;
  /** What Postfix has logged. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts Debian's Postfix and Dovecot, as root, on loopback and free ports, with all their files in a
 * temporary folder: a server of the machine stays as it is. Never rejects: `unavailable` says what is
 * missing.
 */
export async function startMailHost(options: MailHostOptions): Promise<MailHost | Unavailable> {
  if (process.getuid?.() !== 0) return { unavailable: 'Postfix and Dovecot start as root only' };
  const found = [
    await findOrInstall('postfix', () => onPath('master', [POSTFIX])),
    await findOrInstall('dovecot-imapd', () => onPath('dovecot', ['/usr/sbin'])),
  ];
  const [postfix, dovecot] = found;
  if (typeof postfix !== 'string' || typeof dovecot !== 'string')
    return {
      unavailable: found.flatMap((one) => (typeof one === 'object' ? [one.unavailable] : [])).join('; '),
    };
  // In `/tmp` itself and open to their users: the folder of a test is its owner's alone.
  const dir = await mkdtemp(join(tmpdir(), 'herald-mail-'));
  const processes: ChildProcess[] = [];
  const abandon = (): void => {
    for (const child of processes) child.kill('SIGTERM');
  };
  process.once('exit', abandon);
  const stop = async (): Promise<void> => {
    for (const child of processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    process.off('exit', abandon);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const [smtp, imap] = [await freePort(), await freePort()];
    await prepare(dir, options, { smtp, imap });
    processes.push(spawn(postfix, ['-c', join(dir, 'postfix'), '-d'], { stdio: 'ignore' }));
    processes.push(spawn(dovecot, ['-F', '-c', join(dir, 'dovecot.conf')], { stdio: 'ignore' }));
    await Promise.all([listens(smtp), listens(imap)]);
    return {
      smtpUrl: `smtp://127.0.0.1:${smtp}`,
      imapUrl: `imap://${options.mailbox.local}:secret@127.0.0.1:${imap}/INBOX`,
      log: () => readFile(join(dir, 'log'), 'utf8').catch(() => ''),
      stop,
    };
  } catch (error) {
    await stop();
    return {
      unavailable: `the mail servers did not start: ${error instanceof Error ? error.message : error}`,
    };
  }
}

async function prepare(
  dir: string,
  options: MailHostOptions,
  ports: { readonly smtp: number; readonly imap: number },
): Promise<void> {
  await chmod(dir, 0o755);
  for (const folder of ['postfix', 'queue', 'data', 'mail', 'dovecot/run', 'dovecot/state'])
    await mkdir(join(dir, folder), { recursive: true });
  await writeFile(join(dir, 'postfix/main.cf'), mainCf(dir, options));
  await writeFile(join(dir, 'postfix/master.cf'), masterCf(ports.smtp));
  await writeFile(join(dir, 'dovecot.conf'), dovecotConf(dir, ports.imap, options.mailbox.local));
  for (const { name, owner, mode } of QUEUE_FOLDERS) {
    const path = join(dir, 'queue', name);
    await mkdir(path);
    await run('chown', [owner, path]);
    await chmod(path, mode);
  }
  await run('chown', ['postfix', join(dir, 'data')]);
  await run('chown', ['nobody', join(dir, 'mail')]);
}

async function listens(port: number): Promise<void> {
  const deadline = performance.now() + START;
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port });
    const answered = await once(socket, 'data').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answered) return;
    if (performance.now() > deadline) throw new Error(`nothing greets on port ${port}`);
    await pause(100);
  }
}
