import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One node: where its files are, and how it is found. */
export interface NodePlace {
  /** Its own. */
  readonly folder: string;
  /** Has Erlang's cookie, which all nodes of a cluster share. */
  readonly home: string;
  /** `name@localhost`. */
  readonly name: string;
  readonly port: number;
  readonly dist: number;
  /** The port of the port mapper (epmd), which all nodes of a cluster share. */
  readonly mapper: number;
  /** The names of all nodes of its cluster, which it joins when it first starts. */
  readonly peers?: readonly string[];
}

/** Writes the files of a node that listens on loopback alone; resolves with its environment. */
export async function prepareNode(place: NodePlace): Promise<NodeJS.ProcessEnv> {
  const { folder, home, name, port, dist, mapper, peers = [] } = place;
  const onLoopback = '-kernel inet_dist_use_interface {127,0,0,1}';
  await mkdir(folder, { recursive: true });
  const settings = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'log.console = false',
    'log.file.level = warning',
    ...peers.map((peer, n) => `cluster_formation.classic_config.nodes.${n + 1} = ${peer}`),
  ];
  await writeFile(join(folder, 'rabbitmq.conf'), `${settings.join('\n')}\n`);
  await writeFile(join(folder, 'enabled_plugins'), '[].\n');
  await writeFile(join(folder, 'env.conf'), '');
  // ms until a node that was killed repeats an at-least-once dead-lettering that was under way. Default: 3
  // minutes.
  const again = '[{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 2000}]}].\n';
  await writeFile(join(folder, 'advanced.config'), again);
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: home,
    RABBITMQ_NODENAME: name,
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_DIST_PORT: String(dist),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: onLoopback,
    RABBITMQ_CTL_ERL_ARGS: onLoopback,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(mapper),
  };
}
