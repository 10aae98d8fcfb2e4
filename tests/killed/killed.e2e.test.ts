import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createClient,
  createLoad,
  freePort,
  type Herald,
  openInbox,
  runReplay,
  settle,
  startHerald,
  waitUntilQuiet,
  writeCredentials,
} from '@herald/harness';
import { expect, onTestFinished, test } from 'vitest';

/** `KILLS=200` for a long run. */
const KILLS = Number(process.env.KILLS ?? 12);
const PROSPECTS = KILLS * 12;
/** ms of wall time that a process lives after it is ready. */
const LIFE = { min: 100, max: 900 };
/** The most ms of wall time from the last requests to the kill. */
const LAST_WORDS = 15;
/** Ten minutes of Herald's clock in a second. */
const CLOCK_RATE = 600;

const CAMPAIGN = `
id: killed
enter: { on: trial.started }
steps:
  - { id: welcome, email: { template: note } }
  - { id: settle, wait: PT10M }
  - { id: second, email: { template: note } }
  - id: project
    waitFor: { on: project.created, timeout: PT20M }
    then: [{ id: well-done, email: { template: note } }]
    else: [{ id: nudge, email: { template: note } }]
  - { id: seen, update: { traits: { onboarded: "true" } } }
`;
const TEMPLATE = {
  channel: 'email',
  subject: 'For <%= it.prospect.traits.name %>',
  html: '<p>Hello</p>',
  text: 'Hello',
};
const MAILS_EACH = 3;

test('killed again and again, it loses nothing and sends nothing twice', { timeout: 600_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'herald-killed-'));
  // A slow server, so that many kills fall between the mail and its record.
  const inbox = await openInbox({ answerAfter: 15 });
  const { apiKey, env } = await writeCredentials(dir);
  const port = await freePort();
  const client = createClient(`http://127.0.0.1:${port}`, apiKey);
  const settings = {
    ...env,
    PORT: String(port),
    ADMIN_PORT: '0',
    DATA_DIR: join(dir, 'data'),
    SMTP_URL: inbox.url,
    SENDER: 'Herald <herald@example.com>',
    SEND_TIMEOUT: '2',
    CLOCK_RATE: String(CLOCK_RATE),
  };
  let herald: Herald | undefined;
  const start = async (): Promise<{ admin: string }> => {
    herald = startHerald(settings, join(dir, 'log.jsonl'));
    return herald.ready;
  };
  onTestFinished(async () => {
    await herald?.kill();
    await inbox.stop();
    await rm(dir, { recursive: true, force: true });
  });

  await start();
  await client.put('/v1/templates/note', TEMPLATE);
  await client.put('/v1/campaigns/killed', CAMPAIGN);
  await client.post('/v1/campaigns/killed/launch');

  const load = createLoad(client);
  const prospects = Array.from({ length: PROSPECTS }, (_, i) => `p${i}`);
  const sending: Promise<void>[] = [];
  const share = Math.ceil(PROSPECTS / KILLS);
  const half = Math.ceil(share / 2);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const from = kill * share;
    sending.push(load.send(prospects.slice(from, from + half)));
    await pause(LIFE.min + Math.random() * (LIFE.max - LIFE.min));
    // A request takes a few ms: the other half is on its way when the process ends.
    sending.push(load.send(prospects.slice(from + half, from + share)));
    await pause(Math.random() * LAST_WORDS);
    await herald?.kill();
    await start();
  }
  await Promise.all(sending);
  const { admin } = (await herald?.ready) ?? { admin: '' };
  await waitUntilQuiet(client, admin);
  const account = await settle(client, load.acknowledged, inbox.mails);

  const { eventsLost, eventsDoubled, lost, doubled, outcomes, ...figures } = account;
  process.stdout.write(
    `kills ${KILLS}, requests refused or unanswered ${load.refused}, events acknowledged ` +
      `${figures.acknowledged}, ` +
      `messages planned ${figures.planned}, sent ${outcomes.sent ?? 0}, doubled ${doubled.length}, ` +
      `lost ${lost.length}, ` +
      `unknown ${figures.unknown} (${figures.unknownArrived} of them arrived)\n`,
  );
  expect({ eventsLost, eventsDoubled, lost, doubled, deadLetters: figures.deadLetters }).toEqual({
    eventsLost: [],
    eventsDoubled: [],
    lost: [],
    doubled: [],
    deadLetters: 0,
  });
  expect(figures.planned).toBe(PROSPECTS * MAILS_EACH);
  expect((outcomes.sent ?? 0) + figures.unknown).toBe(figures.planned);
  // Each kill can hide the outcomes of those mails alone that were at the mail server at that moment.
  expect(figures.unknown).toBeLessThan(KILLS * 32);
  expect(load.refused).toBeGreaterThan(0);

  expect(await herald?.stop()).toBe(0);
  const replayed = await runReplay({ DATA_DIR: settings.DATA_DIR }, ['--verify']);
  expect(replayed.code, replayed.output).toBe(0);
  expect(await readFile(join(dir, 'log.jsonl'), 'utf8')).not.toContain('@example.com');
});
