import { findOrInstall, onPath, type Unavailable } from '@herald/debian';

/** Paths of the two programs. */
export interface Server {
  readonly server: string;
  readonly ctl: string;
  readonly epmd: string;
}

/** Debian's programs on the PATH change the user and the folder; these do not. */
const DEBIAN = '/usr/lib/rabbitmq/bin';

/** The server's programs; installs Debian's package if there are none and we may. */
export const findServer = (): Promise<Server | Unavailable> => findOrInstall('rabbitmq-server', programs);

async function programs(): Promise<Server | undefined> {
  const [server, ctl, epmd] = await Promise.all([
    onPath('rabbitmq-server', [DEBIAN]),
    onPath('rabbitmqctl', [DEBIAN]),
    onPath('epmd'),
  ]);
  return server === undefined || ctl === undefined || epmd === undefined ? undefined : { server, ctl, epmd };
}
