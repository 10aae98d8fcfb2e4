import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, SERVICES, writeCredentials } from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { startTestRabbit } from '@herald/rabbitmq-server';
import { withDatabase } from '@herald/store/mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBuild } from './build.ts';
import { lastOf } from './dockerfile.ts';
import { createRunner, setWritable } from './run-image.ts';
import { readTree, type Tree } from './tree.ts';

const APPS = [...SERVICES, 'all-in-one'] as const;
/** The most bytes that an image may add to Node's own. */
const MAX_BYTES = 128 * 1024 * 1024;

const servers = Promise.all([startMongo(), startTestRabbit()]);
const dir = await mkdtemp(join(tmpdir(), 'herald-image-'));
const build = await openBuild(dir);
const runner = createRunner(build, dir);
const credentials = await writeCredentials(join(dir, 'keys'));
await runner.own(join(dir, 'keys'));

afterAll(async () => {
  const started = await servers;
  for (const server of started) if ('stop' in server) await server.stop();
  await setWritable(dir, true);
  await rm(dir, { recursive: true, force: true });
});

describe.each(APPS)('the image of %s', (app) => {
  let tree: Tree;
  beforeAll(async () => {
    tree = await readTree(join(await build.files(app), 'herald'));
  });

  it('has no link that is broken or leads out of it', () => {
    expect(tree.badLinks).toEqual([]);
  });

  it('holds its own app, and nothing that only development needs', async () => {
    const { files } = tree;
    const apps = new Set(files.filter((file) => file.startsWith('apps/')).map((file) => file.split('/')[1]));
    expect([...apps].sort()).toEqual(app === 'all-in-one' ? [...APPS].sort() : [app]);
    const dependsOn = new Set(tree.links.map((link) => packageAt(link)));
    const strangers = (await developmentOnly(files)).filter((name) => !dependsOn.has(name));
    expect(strangers.length).toBeGreaterThan(0);
    const there = new Set(files.map((file) => packageAt(file)));
    expect(strangers.filter((name) => there.has(name))).toEqual([]);
    expect(files.filter((file) => !file.startsWith('node_modules/') && file.endsWith('.test.ts'))).toEqual(
      [],
    );
  });

  it('is the same on every platform: nothing in it is native', () => {
    const { files } = tree;
    expect(files.filter((file) => /\.(node|so|dylib|dll|exe)$/.test(file))).toEqual([]);
  });

  it('is small', () => {
    expect(tree.bytes).toBeLessThan(MAX_BYTES);
  });

  it('runs as a user by number that is not root', () => {
    expect(lastOf(build.stages, app, 'USER')).toMatch(/^[1-9]\d+:[1-9]\d+$/);
  });
});

/** The package that a path in pnpm's folder belongs or links to. */
const packageAt = (path: string): string | undefined =>
  /^node_modules\/\.pnpm\/[^/]+\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];

/** Dependencies of the packages in an image that are needed in development alone. */
async function developmentOnly(files: readonly string[]): Promise<string[]> {
  const own = files.filter((file) => /^(package|(apps|libs)\/[^/]+\/package)\.json$/.test(file));
  const packages: { dependencies?: object; devDependencies?: object }[] = await Promise.all(
    own.map(async (file) => JSON.parse(await readFile(join(root, file), 'utf8'))),
  );
  const needed = new Set(packages.flatMap(({ dependencies = {} }) => Object.keys(dependencies)));
  const wanted = packages.flatMap(({ devDependencies = {} }) => Object.keys(devDependencies));
  return wanted.filter((name) => !needed.has(name) && !name.startsWith('@herald/'));
}

it('all-in-one starts as the user of its image, writes to its data alone, and ends with 0 on SIGTERM', async () => {
  const data = await mkdtemp(join(tmpdir(), 'herald-image-data-'));
  await runner.own(data);
  try {
    const running = await runner.boot('all-in-one', { DATA_DIR: data });
    expect((await fetch(`${running.admin}/livez`)).status).toBe(200);
    expect(await running.stop()).toBe(0);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});

describe('on RabbitMQ and MongoDB', () => {
  let env: Record<string, string> | undefined;
  let why = '';

  beforeAll(async () => {
    const [mongo, rabbit] = await servers;
    if ('unavailable' in mongo || 'unavailable' in rabbit) {
      why = [mongo, rabbit]
        .flatMap((server) => ('unavailable' in server ? [server.unavailable] : []))
        .join('; ');
      return;
    }
    const uri = withDatabase(mongo.uri, `herald_image_${process.pid}`);
    env = { ...credentials.env, MONGODB_URI: uri, AMQP_URL: rabbit.url };
    const migrated = await runner.exec('event-handler', ['node', 'apps/event-handler/src/migrate.ts'], env);
    expect(migrated).toEqual({ code: 0, output: 'The store is migrated.' });
  });

  it.for(APPS)('%s starts as the user of its image, and ends with 0 on SIGTERM', async (app, { skip }) => {
    if (env === undefined) {
      if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
      return skip(why);
    }
    const running = await runner.boot(app, env);
    expect((await fetch(`${running.admin}/livez`)).status).toBe(200);
    expect(await running.stop()).toBe(0);
  });

  it('event-handler compares the projections with the log', async ({ skip }) => {
    if (env === undefined) return skip(why);
    const command = ['node', 'apps/event-handler/src/replay.ts', '--verify'];
    const { code, output } = await runner.exec('event-handler', command, env);
    expect(output).toContain('no differences');
    expect(code).toBe(0);
  });
});

it.each(APPS)('%s is started as its package says', async (app) => {
  const json = async (file: string) => JSON.parse(await readFile(join(root, file), 'utf8'));
  const { scripts } = await json(`apps/${app}/package.json`);
  const { exports } = await json('libs/telemetry/package.json');
  // The same from the folder above; the preload by its path, for no package there names it.
  const preload = exports['./preload'].replace('./', './libs/telemetry/');
  const start = scripts.start
    .replace('@herald/telemetry/preload', preload)
    .replace('src/main.ts', `apps/${app}/src/main.ts`);
  expect(JSON.parse(lastOf(build.stages, app, 'CMD') ?? '[]')).toEqual(start.split(' '));
});

it('is built from the Node version that the project runs on', async () => {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  expect(/^ARG NODE_IMAGE=node:([\d.]+)-/m.exec(dockerfile)?.[1]).toBe(devDependencies.node);
});
