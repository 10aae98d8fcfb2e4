import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Client,
  createClient,
  type LoggedEvent,
  type Message,
  startHerald,
  waitUntilQuiet,
  writeCredentials,
} from '@herald/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * Runs reach a step that sends on a Friday evening, outside the window of their campaign. One process, whose
 * clock runs four hours a second.
 */

const HOUR = 3_600_000;
const WINDOW = 'window: { days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00", zone: UTC }';
const REMINDED = `
id: reminded
enter: { on: trial.started }
${WINDOW}
steps:
  - { id: friday, wait: { until: { at: "20:00", days: [fri], zone: UTC } } }
  - { id: mail, email: { template: mail } }
  - id: read
    waitFor: { on: email.opened, timeout: P2D }
    then: []
    else: [{ id: reminder, email: { template: reminder } }]
`;
const DUNNING = `
id: dunning
enter: { on: invoice.unpaid }
${WINDOW}
steps:
  - { id: friday, wait: { until: { at: "20:00", days: [fri], zone: UTC } } }
  - { id: text, sms: { template: text } }
  - id: paid
    waitFor: { on: invoice.paid, timeout: PT4H }
    then: []
    else: [{ id: call, call: { template: script } }]
`;

let stop = async (): Promise<void> => {};
let client: Client;
let admin = '';

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'herald-window-'));
  const { apiKey, env } = await writeCredentials(dir);
  const herald = startHerald(
    {
      ...env,
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: join(dir, 'data'),
      SENDER: 'Acme <news@acme.example>',
      CLOCK_RATE: '14400',
      CLOCK_START: '2026-03-02T12:00:00Z',
      CONSOLE_CHANNELS: 'email,sms,call',
    },
    join(dir, 'log.jsonl'),
  );
  stop = async () => {
    await herald.stop();
    await rm(dir, { recursive: true, force: true });
  };
  const { http, admin: at } = await herald.ready;
  client = createClient(http, apiKey);
  admin = at;
  await client.put('/v1/settings', {
    senders: { sms: { from: '+14155550100' }, call: { from: '+14155550100' } },
  });
  for (const id of ['mail', 'reminder'])
    await client.put(`/v1/templates/${id}`, { channel: 'email', subject: id, text: id });
  await client.put('/v1/templates/text', { channel: 'sms', text: 'Please pay' });
  await client.put('/v1/templates/script', { channel: 'call', text: 'Please pay' });
  for (const [id, yaml] of Object.entries({ reminded: REMINDED, dunning: DUNNING })) {
    await client.put(`/v1/campaigns/${id}`, yaml);
    await client.post(`/v1/campaigns/${id}/launch`);
  }
  for (const [who, type] of Object.entries({ ada: 'trial.started', bob: 'invoice.unpaid' })) {
    const traits = { email: `${who}@home.example`, phone: '+14155550101' };
    await client.post('/v1/events', [
      { type: 'prospect.updated', prospectId: who, data: { traits } },
      { type, prospectId: who },
    ]);
  }
  await waitUntilQuiet(client, admin);
}, 240_000);
afterAll(() => stop());

/** When each of the person's messages left, by step. */
async function messagesOf(who: string): Promise<Record<string, number>> {
  const messages = await client.all<Message & { stepId: string; sentAt?: string }>(
    `/v1/messages?prospectId=${who}`,
  );
  return Object.fromEntries(messages.map(({ stepId, sentAt }) => [stepId, Date.parse(sentAt ?? '')]));
}

/** When the wait of a step began, in logical time. */
async function waitOf(who: string, stepId: string): Promise<number> {
  const events = await client.all<LoggedEvent>(`/v1/events?prospectId=${who}`);
  const waiting = events.find(({ type, data }) => type === 'enrollment.waiting' && data.stepId === stepId);
  return Number(waiting?.data.since);
}

const isWithin = (instant: number): boolean => {
  const date = new Date(instant);
  return date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 9 && date.getUTCHours() < 18;
};

test('a reminder two days after a mail comes two days after the mail has left', async () => {
  const { mail = 0, reminder = 0 } = await messagesOf('ada');
  // The mail may be late by the time that the machine takes; the run is not.
  expect(reminder - mail).toBeGreaterThan(24 * HOUR);
  expect(await waitOf('ada', 'read')).toSatisfy(isWithin);
});

test('a call four hours after a text comes after the text', async () => {
  const { text = 0, call = 0 } = await messagesOf('bob');
  expect(call).toBeGreaterThan(text);
  expect(await waitOf('bob', 'paid')).toSatisfy(isWithin);
});
