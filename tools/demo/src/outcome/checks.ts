import { hasLeft, type Inbox, type LoggedEvent } from '@herald/harness';
import type { CampaignFile } from '../files/campaign-file.ts';
import type { Played } from '../playing/play.ts';
import { messageIdOf } from './mail.ts';
import type { Outcome } from './outcome.ts';

/** Something that must hold. `problems` say where it does not; none: it holds. */
export interface Check {
  readonly what: string;
  readonly problems: readonly string[];
}

/** Everything that must hold after any run, whatever the campaigns are. */
export function checksOf(
  outcome: Outcome,
  played: Played,
  inbox: Pick<Inbox, 'mails'>,
  campaigns: readonly CampaignFile[],
): Check[] {
  return [
    loggedOnce(outcome, played),
    accountedFor(outcome),
    deliveredOnce(outcome, inbox),
    metricsAgree(outcome),
    atLocalTime(outcome, campaigns),
    {
      what: 'no message between the services was given up (dead letters)',
      problems: outcome.deadLetters.map(({ queue, reason }) => `${queue}: ${reason}`),
    },
  ].filter((check) => check !== undefined);
}

const isFromOutside = ({ source }: LoggedEvent): boolean => source === 'api' || source.startsWith('hooks/');

function loggedOnce({ events }: Outcome, { accepted }: Played): Check {
  const times = new Map<string, number>();
  for (const { id } of events) times.set(id, (times.get(id) ?? 0) + 1);
  const missing = [...accepted]
    .filter((id) => !times.has(id))
    .map((id) => `${id} was accepted and is not in the log`);
  const twice = [...times]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `${id} is in the log ${count} times`);
  const unasked = events
    .filter((event) => isFromOutside(event) && !accepted.has(event.id))
    .map(({ id }) => `${id} is in the log and was not accepted`);
  return {
    what: `each of the ${accepted.size} accepted events is in the log, exactly once`,
    problems: [...missing, ...twice, ...unasked],
  };
}

function accountedFor({ events, messages }: Outcome): Check {
  const planned = new Set(
    events.filter(({ type }) => type === 'enrollment.requested').map(({ data }) => String(data.messageId)),
  );
  const known = new Set(messages.map(({ id }) => id));
  const problems = [
    ...[...planned].filter((id) => !known.has(id)).map((id) => `message ${id} was planned and is not known`),
    ...[...known].filter((id) => !planned.has(id)).map((id) => `message ${id} was never planned`),
    ...messages.filter(isSilent).map(({ id, status }) => `message ${id} is ${status}, and nothing says why`),
  ];
  if (known.size !== messages.length) problems.push(`${messages.length} messages have ${known.size} ids`);
  return { what: `each of the ${planned.size} planned messages has one outcome, with its reason`, problems };
}

/** A message that has not left must say why. */
const isSilent = (message: Outcome['messages'][number]): boolean =>
  !hasLeft(message) && (message.reason === undefined || message.reason === '');

function deliveredOnce({ messages }: Outcome, { mails }: Pick<Inbox, 'mails'>): Check {
  const byMail = messages.filter(({ provider }) => provider === 'smtp');
  const sent = new Set(byMail.filter(hasLeft).map(({ id }) => id));
  const times = new Map<string, number>();
  for (const mail of mails) {
    const id = messageIdOf(mail) ?? '(no message id)';
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  const problems = [
    ...[...sent]
      .filter((id) => !times.has(id))
      .map((id) => `message ${id} counts as sent and is not in the inbox`),
    ...[...times]
      .filter(([id]) => !sent.has(id))
      .map(([id]) => `the inbox has ${id}, which does not count as sent`),
    ...[...times]
      .filter(([, count]) => count > 1)
      .map(([id, count]) => `${id} is in the inbox ${count} times`),
  ];
  return {
    what: `mails sent by SMTP and those in the inbox are the same ${mails.length}, none twice`,
    problems,
  };
}

function metricsAgree({ messages, enrollments, metrics }: Outcome): Check {
  const problems: string[] = [];
  const expect = (name: string, labels: Record<string, string>, is: number): void => {
    const shows = metrics.sum(name, labels);
    if (shows !== is)
      problems.push(`${name} ${Object.values(labels).join(' ')} shows ${shows}, the API ${is}`);
  };
  const sent = messages.filter(hasLeft).length;
  expect('herald_messages_total', { outcome: 'sent' }, sent);
  expect('herald_enrollments_total', { outcome: 'entered' }, enrollments.length);
  expect('herald_messages_unknown', {}, 0);
  expect('herald_waits_overdue', {}, 0);
  expect('herald_dead_letters_total', {}, 0);
  return { what: 'the metrics on the admin port say the same', problems };
}

/**
 * Each wait until a time of day ends at that time in the prospect's zone. Undefined: no campaign has such a
 * wait.
 */
function atLocalTime({ events, prospects }: Outcome, campaigns: readonly CampaignFile[]): Check | undefined {
  const steps = new Map(
    campaigns.flatMap(({ id, morning }) => morning.map((step) => [`${id}/${step.stepId}`, step] as const)),
  );
  if (steps.size === 0) return undefined;
  const zones = new Set<string>();
  const problems: string[] = [];
  let count = 0;
  for (const event of events) {
    const step = steps.get(`${event.data.campaignId}/${event.data.stepId}`);
    if (step === undefined || event.type !== 'enrollment.resumed') continue;
    const own = prospects.get(event.prospectId ?? '')?.traits.timezone;
    const zone = step.zone ?? (typeof own === 'string' ? own : 'UTC');
    const shows = timeIn(event.occurredAt, zone);
    zones.add(zone);
    count += 1;
    if (shows !== step.at)
      problems.push(`${event.prospectId} went on at ${shows} in ${zone}, not at ${step.at}`);
  }
  return {
    what: `all ${count} waits for a time of day ended at that time, on clocks in ${zones.size} zones`,
    problems,
  };
}

const timeIn = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(
    new Date(instant),
  );
