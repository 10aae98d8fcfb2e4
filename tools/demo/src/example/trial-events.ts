import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addDuration, type Instant, nextLocalTime, span, type UntilTime } from '@herald/domain';
import { type CompanyId, cast, companies, type Member } from './trial-cast.ts';

/**
 * Writes examples/trial-onboarding/events.jsonl, always the same. Summer time ends within the two weeks: in
 * Europe on 25 October, in North America on 1 November. No event is within hours of the end of a wait, so
 * that the result does not depend on how fast the machine is.
 */

const FILE = join(import.meta.dirname, '../../../../examples/trial-onboarding/events.jsonl');
const START = Date.parse('2026-10-22T07:00:00Z');
const BETWEEN_SIGNUPS = 3 * span.HOUR + 5 * span.MINUTE;
const NINE: UntilTime = { at: '09:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] };

interface Line {
  /** When it reaches Herald: the order of the file. */
  readonly arrives: Instant;
  readonly text: string;
}

const lines: Line[] = [];
let count = 0;

/** Adds an event. `arrives` differs from the time of the event where it comes late. Gives its line. */
function add(
  at: Instant,
  type: string,
  who: { prospectId: string } | { companyId: string },
  data?: Record<string, unknown>,
  arrives = at,
): string {
  count += 1;
  const id = `evt-${String(count).padStart(4, '0')}`;
  const text = JSON.stringify({
    id,
    type,
    ...who,
    occurredAt: new Date(at).toISOString().replace('.000Z', 'Z'),
    data,
  });
  lines.push({ arrives, text });
  return text;
}

/**
 * When the campaign sends its tips to somebody who starts at `start` and creates no project. A wait of three
 * days follows.
 */
function tipsTime(start: Instant, zone: string): Instant {
  const nudged = nextLocalTime(addDuration(start, 'P2D', zone), NINE, zone);
  return nextLocalTime(nudged + 30 * span.HOUR, NINE, zone);
}

function profile(member: Member, at: Instant): void {
  const email = `${member.id}@${member.gone ? 'gone.example' : 'mail.example'}`;
  const traits = {
    name: member.name,
    email: member.silent ? undefined : email,
    timezone: member.zone,
    plan: member.plan ?? 'trial',
  };
  add(at, 'prospect.updated', { prospectId: member.id }, { traits, companyId: member.company });
}

function story(member: Member, start: Instant): void {
  const who = { prospectId: member.id };
  const tips = tipsTime(start, member.zone);
  switch (member.story) {
    case 'builds':
      add(start + 12 * span.HOUR, 'project.created', who, { name: 'First steps', template: 'blank' });
      add(start + 70 * span.HOUR, 'project.created', who, { name: 'Second try', template: 'blank' });
      return;
    case 'builds-late': {
      const data = { name: 'Offline work', template: 'blank' };
      add(start + 8 * span.HOUR, 'project.created', who, data, start + 17 * span.HOUR);
      return;
    }
    case 'looks':
      add(start + 20 * span.HOUR, 'project.created', who, { name: 'Demo', template: 'demo' });
      return;
    case 'buys-early':
      add(start + 25 * span.HOUR, 'subscription.started', who, { plan: 'team', seats: 5 });
      return;
    case 'buys-late':
      add(tips + 36 * span.HOUR, 'subscription.started', who, { plan: 'starter', seats: 1 });
      return;
    case 'leaves-early':
      add(start + 24 * span.HOUR, 'prospect.unsubscribed', who, {
        channel: 'email',
        reason: 'too many mails',
      });
      return;
    case 'leaves-late':
      add(tips + 33 * span.HOUR, 'prospect.unsubscribed', who, { reason: 'not for us' });
      return;
    case 'opted-out':
    case 'history':
    case 'idle':
      return;
    default:
      throw new Error(`no such story: ${member.story satisfies never}`);
  }
}

const seen = new Set<CompanyId>();
const signups: string[] = [];
cast.forEach((member, index) => {
  const start = START + span.HOUR + index * BETWEEN_SIGNUPS;
  if (member.company !== undefined && !seen.has(member.company)) {
    seen.add(member.company);
    add(
      start - span.HOUR,
      'company.updated',
      { companyId: member.company },
      { traits: companies[member.company] },
    );
  }
  profile(member, start - 45 * span.MINUTE);
  if (member.story === 'opted-out')
    add(start - 30 * span.MINUTE, 'prospect.unsubscribed', { prospectId: member.id }, { channel: 'email' });
  const began = member.story === 'history' ? start - 9 * span.DAY : start;
  signups.push(
    add(began, 'trial.started', { prospectId: member.id }, { plan: member.plan ?? 'trial' }, start),
  );
  story(member, start);
});

const startOf = (id: string): Instant =>
  START + span.HOUR + cast.findIndex((member) => member.id === id) * BETWEEN_SIGNUPS;

// The same event again: the sender's retries, a minute and days later.
for (const [index, delay] of [
  [0, span.MINUTE],
  [6, span.MINUTE],
  [12, 4 * span.DAY],
  [18, 2 * span.DAY],
  [25, 5 * span.DAY],
] as const) {
  const text = signups[index];
  if (text !== undefined) lines.push({ arrives: START + span.HOUR + index * BETWEEN_SIGNUPS + delay, text });
}
// A second trial, which `again: never` keeps out.
add(startOf('bruno') + 6 * span.DAY, 'trial.started', { prospectId: 'bruno' }, { plan: 'trial' });
// An older value of a trait arrives after a newer one: the newer one stands.
const grace = { prospectId: 'grace' };
add(startOf('grace') + 5 * span.HOUR, 'prospect.updated', grace, { traits: { role: 'head of design' } });
add(
  startOf('grace') + 2 * span.HOUR,
  'prospect.updated',
  grace,
  { traits: { role: 'designer' } },
  startOf('grace') + 9 * span.HOUR,
);
// A company grows past the limit of the team offer. An older, smaller size arrives late.
add(START + 3 * span.DAY, 'company.updated', { companyId: 'dune-freight' }, { traits: { employees: 64 } });
add(
  START + 2 * span.DAY,
  'company.updated',
  { companyId: 'dune-freight' },
  { traits: { employees: 28, city: 'Porto' } },
  START + 3 * span.DAY + 2 * span.HOUR,
);

// Events that must be refused, each with a reason.
const bad: readonly [hours: number, text: string][] = [
  [5, '{"id":"bad-1","type":"trial.started","prospectId":"ada","occurredAt":'],
  [19, '{"id":"bad-2","type":"trial.started","prospectId":"ada","colour":"green"}'],
  [31, '{"id":"bad-3","type":"Trial Started!","prospectId":"ada"}'],
  [47, '{"id":"bad-4","type":"trial.started"}'],
  [55, '{"id":"bad-5","type":"trial.started","prospectId":"ada","occurredAt":"the day after tomorrow"}'],
  [
    76,
    '{"id":"bad-6","type":"email.sent","prospectId":"ada","data":{"messageId":"forged","to":"someone@mail.example"}}',
  ],
];
for (const [hours, text] of bad) lines.push({ arrives: START + hours * span.HOUR, text });

lines.sort((a, b) => a.arrives - b.arrives);
await writeFile(FILE, `${lines.map((line) => line.text).join('\n')}\n`);
