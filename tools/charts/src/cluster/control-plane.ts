import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@herald/harness';
import { type Api, createApi } from './api.ts';
import type { Programs } from './programs.ts';

/** An API server with its controllers, on loopback. Nothing schedules or runs pods. */
export interface ControlPlane {
  readonly api: Api;
  /** For Helm and kubectl. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

const START_TIMEOUT = 90_000;

export async function startControlPlane(programs: Programs): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-cluster-'));
  const inFolder = (name: string): string => join(folder, name);
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });
  const start = async (
    program: string,
    name: string,
    options: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const log = await open(inFolder(`${name}.log`), 'w');
    const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
    children.push(spawn(program, args, { stdio: ['ignore', log.fd, log.fd] }));
    await log.close();
  };
  try {
    const [store, peers, port] = [await freePort(), await freePort(), await freePort()];
    const token = randomBytes(16).toString('hex');
    await writeSecrets(inFolder, token);
    await start(programs.etcd, 'etcd', etcdOptions(inFolder('etcd'), store, peers));
    await start(programs.apiServer, 'kube-apiserver', apiServerOptions(inFolder, store, port));
    const url = `https://127.0.0.1:${port}`;
    const certificate = inFolder('certificates/apiserver.crt');
    const api = await whenReady(url, certificate, token);
    const kubeconfig = inFolder('kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(url, certificate, token)));
    await start(
      programs.controllerManager,
      'kube-controller-manager',
      controllerOptions(inFolder, await freePort()),
    );
    return { api, kubeconfig, stop };
  } catch (error) {
    const last = await readFile(inFolder('kube-apiserver.log'), 'utf8').catch(() => '');
    await stop();
    throw new Error(`the API server did not start: ${last.trim().split('\n').at(-1)}`, { cause: error });
  }
}

async function writeSecrets(inFolder: (name: string) => string, token: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(inFolder('accounts.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  await writeFile(inFolder('tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
}

const etcdOptions = (data: string, port: number, peers: number) => ({
  'data-dir': data,
  'listen-client-urls': `http://127.0.0.1:${port}`,
  'advertise-client-urls': `http://127.0.0.1:${port}`,
  'listen-peer-urls': `http://127.0.0.1:${peers}`,
  'initial-advertise-peer-urls': `http://127.0.0.1:${peers}`,
  'initial-cluster': `default=http://127.0.0.1:${peers}`,
  'unsafe-no-fsync': 'true',
  'log-level': 'error',
});

const apiServerOptions = (inFolder: (name: string) => string, store: number, port: number) => ({
  'etcd-servers': `http://127.0.0.1:${store}`,
  'bind-address': '127.0.0.1',
  'secure-port': `${port}`,
  'cert-dir': inFolder('certificates'),
  'service-account-issuer': 'https://kubernetes.default.svc',
  'service-account-key-file': inFolder('accounts.pem'),
  'service-account-signing-key-file': inFolder('accounts.pem'),
  'token-auth-file': inFolder('tokens.csv'),
  'authorization-mode': 'RBAC',
  'service-cluster-ip-range': '10.96.0.0/16',
  // Loopback is not allowed here; the address is not used.
  'advertise-address': '192.0.2.1',
});

const controllerOptions = (inFolder: (name: string) => string, port: number) => ({
  kubeconfig: inFolder('kubeconfig'),
  'bind-address': '127.0.0.1',
  'secure-port': `${port}`,
  'cert-dir': inFolder('certificates-of-controllers'),
  'service-account-private-key-file': inFolder('accounts.pem'),
  'leader-elect': 'false',
  controllers: '*,-node-ipam-controller,-node-lifecycle-controller,-nodeipam',
});

const kubeconfigOf = (server: string, certificate: string, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'herald', cluster: { server, 'certificate-authority': certificate } }],
  users: [{ name: 'admin', user: { token } }],
  contexts: [{ name: 'herald', context: { cluster: 'herald', user: 'admin' } }],
  'current-context': 'herald',
});

async function whenReady(url: string, certificate: string, token: string): Promise<Api> {
  const deadline = performance.now() + START_TIMEOUT;
  for (;;) {
    try {
      const api = createApi(url, await readFile(certificate, 'utf8'), token);
      await api.get('/readyz');
      return api;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(250);
    }
  }
}
