import { same } from '../cluster/checks.ts';
import { apply, helm, install, kubectl, RELEASE, type Stage, well } from './stage.ts';

/** s that `helm test` may take: five pods, one after another. */
const TESTS = 90;

/** What of the migration is in the namespace. */
const leftovers = (stage: Stage): Promise<string> =>
  kubectl(stage, [
    ...['get', 'jobs,pods,networkpolicies', '--output', 'name'],
    ...['--selector', `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/name=event-handler-migrate`],
  ]);

/** On an empty namespace as well as over a release that runs: neither may be harmed. */
export async function failedMigration(stage: Stage): Promise<void> {
  const title = 'a migration with a wrong address fails soon, says why, and leaves nothing';
  await stage.checks.run(title, async () => {
    await apply(stage, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${RELEASE}-wrong-address` },
      stringData: { url: 'mongo://nobody:secret-of-nobody@mongodb/herald' },
    });
    const { code, stdout, stderr } = await install(stage, [
      `event-handler.mongodb.existingSecret=${RELEASE}-wrong-address`,
      'event-handler.mongodb.key=url',
    ]);
    if (code === 0) throw new Error('it was installed');
    const said = `${stdout}${stderr}`;
    if (!said.includes('MONGODB_URI is not right')) throw new Error(`Helm does not say why: ${said}`);
    if (said.includes('secret-of-nobody')) throw new Error('Helm shows the password');
    same('what is left of it', (await leftovers(stage)).trim(), '');
    await kubectl(stage, ['delete', 'secret', `${RELEASE}-wrong-address`]);
  });
}

export async function installs(stage: Stage): Promise<void> {
  await stage.checks.run(
    'the same command with the right address installs, and every pod is ready',
    async () => {
      well(await install(stage, []));
      same('what is left of the migration', (await leftovers(stage)).trim(), '');
    },
  );
}

export async function tests(stage: Stage): Promise<void> {
  await stage.checks.run(`the tests of the charts hold, within ${TESTS} s together`, async () => {
    const start = performance.now();
    const said = well(await helm(stage, ['test', RELEASE, '--timeout', '5m']));
    const seconds = (performance.now() - start) / 1000;
    same('tests that succeeded', said.match(/Phase: +Succeeded/g)?.length, 5);
    if (seconds > TESTS) throw new Error(`they took ${seconds.toFixed(0)} s`);
  });
}
