import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processEnvironment } from '@herald/harness';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** The demo as a user runs it, with a temporary folder of its own, so that the test sees what it leaves. */

let dir = '';
let child: ChildProcess | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herald-demo-test-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

async function file(name: string, ...lines: string[]): Promise<string> {
  await writeFile(join(dir, name), `${lines.join('\n')}\n`);
  return join(dir, name);
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Runs the demo to its end. `onOutput` gets all its output so far. */
function demo(env: Record<string, string>, onOutput: (out: string) => void = () => {}): Promise<Ended> {
  const tmp = { TMPDIR: dir, ...processEnvironment() };
  const started = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...tmp, ...env },
  });
  child = started;
  let out = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      onOutput(out);
    });
  }
  return new Promise((resolve) => started.once('close', (code) => resolve({ code, out })));
}

const leftovers = async (): Promise<string[]> =>
  (await readdir(dir)).filter((name) => name.startsWith('herald-demo-'));

const campaign = (...steps: string[]) =>
  file('my.yaml', 'id: mine', 'enter: { on: order.placed }', 'steps:', ...steps);
const order = (id: string, prospectId: string, occurredAt: string, type = 'order.placed'): string =>
  JSON.stringify({ id, type, prospectId, occurredAt });
const profile = (prospectId: string, occurredAt: string): string =>
  JSON.stringify({
    id: `profile-${prospectId}`,
    type: 'prospect.updated',
    prospectId,
    occurredAt,
    data: { traits: { email: `${prospectId}@mail.example` } },
  });

test('the examples run from end to end, and every check holds', async () => {
  const { code, out } = await demo({});
  expect(out).not.toContain('✗');
  expect(out).toMatch(/✓ each of the \d+ accepted events is in the log, exactly once/);
  expect(out).toContain('examples/expected.yaml');
  for (const line of [
    /✓ what SendGrid, Twilio and the CRM got is what counts as sent: \d\d, none twice, each by its id/,
    /✓ calls: 3 not answered led to a text, 3 answered with key 1 to the CRM, 2 others to a link/,
    /✓ 3 left in the middle of a wait \(.*\) and got nothing from then on/,
    /✓ a bounce that SendGrid reported kept 2 later mails from that address; the timeline says why/,
    /✓ the CRM got 6 webhooks, each once, signed \(Standard Webhooks\), for the right people/,
    /e-mail renewal-reminder suppressed {2}suppressed: hard_bounce/,
    /call renewal-call answered by key 1/,
    /401 report that maren@mail\.example bounced, not signed by SendGrid/,
  ])
    expect(out).toMatch(line);
  expect(code).toBe(0);
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  expect(await leftovers()).toEqual([]);
});

describe('with the user’s own files', () => {
  test('the campaign runs over the events, with stand-ins for templates that nobody wrote', async () => {
    const { code, out } = await demo({
      DEMO_SECONDS: '5',
      CAMPAIGN: await campaign(
        '  - { id: thanks, email: { template: thanks } }',
        '  - { id: later, wait: P2D }',
      ),
      EVENTS: await file(
        'my.jsonl',
        profile('ada', '2026-03-01T08:00:00Z'),
        order('o1', 'ada', '2026-03-01T12:00:00Z'),
      ),
    });
    expect(out).toContain('template thanks is in no folder given');
    expect(out).toMatch(/mine {2}1 entered: 1 completed/);
    expect(out).toMatch(/mails sent by SMTP and those in the inbox are the same 1, none twice/);
    expect(code).toBe(0);
  });

  test('a mistake in the campaign is shown with file, line and reason', async () => {
    const { code, out } = await demo({
      CAMPAIGN: await campaign('  - id: later', '    wait: soon'),
      EVENTS: await file('my.jsonl', order('o1', 'ada', '2026-03-01T12:00:00Z')),
    });
    expect(out).toMatch(/my\.yaml:5:11: .*soon/);
    expect(code).toBe(2);
    expect(await leftovers()).toEqual([]);
  });

  test('a line that is no JSON is shown before anything runs', async () => {
    const { code, out } = await demo({
      CAMPAIGN: await campaign('  - { id: later, wait: P1D }'),
      EVENTS: await file('my.jsonl', order('o1', 'ada', '2026-03-01T12:00:00Z'), '{"type":'),
    });
    expect(out).toMatch(/my\.jsonl:2: /);
    expect(code).toBe(2);
  });

  test('an event that is refused is shown with its line; the others run', async () => {
    const { code, out } = await demo({
      DEMO_SECONDS: '2',
      CAMPAIGN: await campaign('  - { id: later, wait: P1D }'),
      EVENTS: await file(
        'my.jsonl',
        order('o1', 'ada', '2026-03-01T12:00:00Z'),
        order('o2', 'ada', '2026-03-01T13:00:00Z', 'email.sent'),
      ),
    });
    expect(out).toMatch(/my\.jsonl:2: \/type email\.sent/);
    expect(out).toContain('1 entered');
    expect(code).toBe(2);
  });

  test('a file that does not exist is named', async () => {
    const { code, out } = await demo({ EVENTS: join(dir, 'none.jsonl') });
    expect(out).toContain('none.jsonl: is not there');
    expect(out).toContain('CAMPAIGN: is missing');
    expect(code).toBe(2);
  });
});

test('Ctrl-C in the middle ends everything and leaves nothing behind', async () => {
  let interrupted = false;
  const { code, out } = await demo(
    {
      CAMPAIGN: await campaign('  - { id: later, wait: P30D }'),
      EVENTS: await file('my.jsonl', order('o1', 'ada', '2026-03-01T12:00:00Z')),
    },
    (sofar) => {
      if (interrupted || !sofar.includes('API http')) return;
      interrupted = true;
      child?.kill('SIGINT');
    },
  );
  expect(code).toBe(130);
  expect(await leftovers()).toEqual([]);
  const [, api = ''] = /API (http:\S+)/.exec(out) ?? [];
  await expect(fetch(`${api}/openapi.json`)).rejects.toThrow();
});
