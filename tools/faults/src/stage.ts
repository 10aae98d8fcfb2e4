import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeUrls } from '@herald/broker/rabbitmq';
import { collections } from '@herald/contracts';
import {
  createClient,
  createLoad,
  migrateStore,
  openInbox,
  root,
  startFour,
  startHerald,
  writeCredentials,
} from '@herald/harness';
import { openMongoStore } from '@herald/store/mongodb';
import { launchCampaign } from './campaign.ts';
import type { Fault, Replica, Stage } from './fault.ts';
import { look } from './look.ts';
import { deadLetters, type Finding, findings } from './oracle.ts';
import { waitUntilAllRests } from './quiet.ts';
import type { Ground } from './servers/ground.ts';
import { createStageLoad } from './stage-load.ts';

const USUAL = {
  SENDER: 'Herald <herald@example.com>',
  // Short, though a busy machine must make it too: what a kill hides ends as unknown 15 s after it.
  SEND_TIMEOUT: '3',
  LOG_LEVEL: 'info',
  // Services start often here: half of a start is compiling.
  NODE_COMPILE_CACHE: join(root, '.tmp/compiled'),
};
/** ms before a client asks again; an outage may last a minute. */
const AGAIN = 200;

let stages = 0;

export interface StageOptions {
  readonly ground: Ground;
  readonly fault: Fault;
  readonly long: boolean;
  readonly say: (line: string) => void;
}

export interface Outcome extends Finding {
  readonly note: string;
}

/** Sets the stage for one fault, runs it, waits until all rests, settles the account, and clears up. */
export async function runOnStage({ ground, fault, long, say }: StageOptions): Promise<Outcome> {
  stages += 1;
  const name = `faults_${process.pid}_${stages}`;
  const { straight, proxied } = ground.databaseUri(name);
  const dir = await mkdtemp(join(tmpdir(), 'herald-faults-'));
  const logFile = join(dir, 'log.jsonl');
  const { apiKey, env } = await writeCredentials(dir);
  const inbox = await openInbox(fault.inbox);
  await migrateStore({ MONGODB_URI: straight });
  const store = await openMongoStore({ uri: straight, collections: Object.values(collections) });
  const common = {
    ...env,
    ...USUAL,
    MONGODB_URI: proxied,
    AMQP_URL: ground.rabbit.url,
    SMTP_URL: inbox.url,
    ...fault.env,
  };
  const deadBefore = await deadLetters(ground.broker);
  const four = await startFour(common, logFile);
  const replicas = new Map<Replica, string>();
  const wrong: string[] = [];

  const replica: Stage['replica'] = async (service, own = {}) => {
    const ports = { PORT: '0', ADMIN_PORT: '0', PUBLIC_URL: four.base('ingest') };
    const herald = startHerald({ ...common, ...ports, ...own }, logFile, service);
    const { admin } = await herald.ready;
    const one: Replica = {
      ...herald,
      async leave() {
        replicas.delete(one);
        const code = await herald.stop();
        if (code !== 0) wrong.push(`a replica of ${service} ended with ${code}`);
      },
    };
    replicas.set(one, admin);
    return one;
  };

  const client = createClient(four.baseOf, apiKey);
  const load = createStageLoad(createLoad(client, { again: AGAIN }));
  const stage: Stage = {
    long,
    client,
    four,
    inbox,
    load,
    say,
    replica,
    broker: ground.broker,
    brokerUrl: nodeUrls(ground.rabbit.url)[0] ?? ground.rabbit.url,
    node: () => needed(ground.rabbit.node, 'a node of our own'),
    cluster: () => needed(ground.rabbit.cluster, 'a cluster of our own'),
    gate: () => needed(ground.gate, 'a gate before the database'),
    gateway: () => needed(ground.gateway, 'a gateway before the database'),
    check(holds, otherwise) {
      if (!holds) wrong.push(otherwise);
    },
  };
  const admins = () => [...four.admins, ...replicas.values()];

  try {
    await launchCampaign(client);
    const aftermath = await fault.run(stage);
    say(`${fault.name}: healed; waiting until all rests`);
    const left = await waitUntilAllRests(() => look({ store, broker: ground.broker, admins: admins() }), {
      say,
    });
    if (left !== undefined) wrong.push(`it does not come to rest: ${left}`);
    const deadAfter = await deadLetters(ground.broker);
    const finding = await findings({
      fault,
      aftermath,
      client,
      store,
      inbox,
      acknowledged: load.ids,
      prospects: load.prospects,
      deadBefore,
      deadAfter,
    });
    return { ...finding, faults: [...finding.faults, ...wrong], note: aftermath?.note ?? '' };
  } finally {
    ground.gate?.mend();
    ground.gateway?.startDatabase();
    await Promise.all([...replicas.keys()].map((one) => one.leave()));
    await four.stop();
    await inbox.stop();
    await store.close();
    await keepLog(logFile, fault.name);
    await rm(dir, { recursive: true, force: true });
  }
}

/** The log of the services, kept for questions about the run. */
async function keepLog(logFile: string, fault: string): Promise<void> {
  const logs = join(root, '.tmp/faults');
  await mkdir(logs, { recursive: true });
  await copyFile(logFile, join(logs, `${fault.replaceAll(/[^a-z0-9]+/gi, '-')}.jsonl`)).catch(() => {});
}

function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
