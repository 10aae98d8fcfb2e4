import { access, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { debianFolder, findOrInstall, onPath, programIn, type Unavailable } from '@herald/debian';

/** Paths of the three programs, and the server's version if its folders are named after it. */
export interface Server {
  readonly server: string;
  readonly ctl: string;
  readonly epmd: string;
  readonly version?: string | undefined;
}

/** Debian's wrappers on the PATH change the user and the folder; the programs here do not. */
const DEBIAN = '/usr/lib/rabbitmq/bin';
/** Debian releases, newest first: sid has RabbitMQ 4.3 or later, trixie 4.0. */
const RELEASES = ['sid', 'trixie'];

/** The server's programs. Installs Debian's package if there are none and this process may. */
export const findServer = (): Promise<Server | Unavailable> => findOrInstall('rabbitmq-server', programs);

async function programs(): Promise<Server | undefined> {
  const [server, ctl, epmd] = await Promise.all([
    onPath('rabbitmq-server', [DEBIAN]),
    onPath('rabbitmqctl', [DEBIAN]),
    onPath('epmd'),
  ]);
  if (server === undefined || ctl === undefined || epmd === undefined) return undefined;
  return { server, ctl, epmd, version: await versionIn(join(dirname(server), '../lib')) };
}

/** RabbitMQ 4 in a folder with a newer Debian, built on first use. */
export async function findNewerServer(): Promise<Server | Unavailable> {
  const why: string[] = [];
  for (const release of RELEASES) {
    const folder = await debianFolder(release, 'rabbitmq-server');
    if (typeof folder === 'string') return serverIn(folder);
    why.push(folder.unavailable);
  }
  return { unavailable: why.join('; ') };
}

/** The server in a folder that holds a Debian or RabbitMQ's own archive. */
export async function serverIn(folder: string): Promise<Server | Unavailable> {
  if (await exists(join(folder, DEBIAN, 'rabbitmq-server'))) {
    const [server, ctl, epmd] = await Promise.all([
      programIn(folder, `${DEBIAN}/rabbitmq-server`),
      programIn(folder, `${DEBIAN}/rabbitmqctl`),
      programIn(folder, '/usr/bin/epmd'),
    ]);
    return { server, ctl, epmd, version: await versionIn(join(folder, DEBIAN, '../lib')) };
  }
  const [server, ctl] = [join(folder, 'sbin/rabbitmq-server'), join(folder, 'sbin/rabbitmqctl')];
  const epmd = await onPath('epmd');
  if (!(await exists(server))) return { unavailable: `${folder} holds no RabbitMQ` };
  if (epmd === undefined) return { unavailable: `for RabbitMQ in ${folder} there is no Erlang on the PATH` };
  return { server, ctl, epmd, version: /rabbitmq_server-([\d.]+)/.exec(folder)?.[1] };
}

async function versionIn(folder: string): Promise<string | undefined> {
  const entries = await readdir(folder).catch(() => []);
  return entries.map((name) => /^rabbitmq_server-([\d.]+)/.exec(name)?.[1]).find((version) => version);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
