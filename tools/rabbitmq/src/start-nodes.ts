import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@herald/harness/port';
import type { Server } from './find-server.ts';
import { createNode, type OwnNode } from './node.ts';
import type { Rabbit } from './rabbit.ts';

/** s in which the nodes of a cluster must have found each other. */
const TOGETHER = '60';

/** Starts a node of its own. Rejects if it does not start. */
export async function startNode(server: Server): Promise<Rabbit> {
  const { nodes, stop } = await startNodes(server, 1);
  const [node] = nodes;
  if (node === undefined) throw new Error('no node');
  return { url: node.url, version: node.version(), node, stop };
}

/** Starts three nodes that form a cluster; its URL names all of them. Rejects if they do not start. */
export async function startCluster(server: Server): Promise<Rabbit> {
  const { nodes, stop } = await startNodes(server, 3);
  try {
    const [first] = nodes;
    await first?.ctl(['await_online_nodes', String(nodes.length), '--timeout', TOGETHER]);
    const url = nodes.map((node) => node.url).join(',');
    return { url, version: first?.version() ?? '', cluster: nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Starts nodes on loopback alone, with their files in a temporary folder and a port mapper (epmd) of their
 * own. Several form a cluster.
 */
async function startNodes(
  server: Server,
  count: number,
): Promise<{ nodes: readonly OwnNode[]; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-rabbitmq-'));
  const id = randomBytes(4).toString('hex');
  // Nodes that start together would each write their own.
  await writeFile(join(folder, '.erlang.cookie'), randomBytes(16).toString('hex'), { mode: 0o400 });
  const mapper = await freePort();
  const names = Array.from({ length: count }, (_, n) => `herald-${id}-${n}@localhost`);
  const mapping = spawn(server.epmd, ['-address', '127.0.0.1', '-port', String(mapper)], {
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: 'ignore',
  });
  mapping.on('error', () => {});
  const nodes = await Promise.all(
    names.map(async (name, n) => {
      const [port, dist] = await Promise.all([freePort(), freePort()]);
      const place = { folder: join(folder, String(n)), home: folder, name, port, dist, mapper };
      return createNode(server, count === 1 ? place : { ...place, peers: names });
    }),
  );
  // Nothing may be left running if this process ends without `stop`.
  const abandon = (): void => {
    for (const node of nodes) node.abandon();
    mapping.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', abandon);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    mapping.kill();
    process.off('exit', abandon);
    await rm(folder, { recursive: true, force: true });
  };
  const started = await Promise.allSettled(nodes.map((node) => node.start()));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return { nodes, stop };
}
