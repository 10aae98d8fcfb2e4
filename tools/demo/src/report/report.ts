import type { Mail, TimelineItem } from '@herald/harness';
import type { CampaignFile } from '../files/campaign-file.ts';
import type { Options } from '../options.ts';
import type { Check } from '../outcome/checks.ts';
import { headersOf } from '../outcome/mail.ts';
import type { History, Outcome } from '../outcome/outcome.ts';
import type { Vendors } from '../outside/vendors.ts';
import type { Played, Refused } from '../playing/play.ts';
import { colours } from './colours.ts';
import { counted, localTime, WIDTH, withLocalTimes, wrap } from './layout.ts';

const { bold, dim, green, red, yellow } = colours;

/** A section: a heading, then its lines, indented. */
const section = (title: string, lines: readonly string[]): string =>
  [``, bold(title), ...lines.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');

const TIME_WIDTH = 16;
const KIND = { event: dim('·'), step: '›', message: green('✉') };

/** The histories of some people, one after another. */
export const timelineSections = ({ histories }: Outcome): string =>
  histories.length === 0
    ? section('Nobody has entered a campaign', [])
    : histories.map(timelineSection).join('\n');

/** One prospect's history, each line with its reason. Times are in the prospect's zone. */
function timelineSection({ prospect, timeline }: History): string {
  const zone = typeof prospect.traits.timezone === 'string' ? prospect.traits.timezone : 'UTC';
  const name =
    typeof prospect.traits.name === 'string' ? `${prospect.traits.name} (${prospect.id})` : prospect.id;
  let shown = '';
  const lines = timeline.flatMap((item) => {
    const at = localTime(item.at, zone);
    const time = at === shown ? '' : at;
    shown = at;
    return itemLines(item, time, zone);
  });
  return section(`What happened to ${name}, and why (times in ${zone})`, lines);
}

function itemLines(item: TimelineItem, time: string, zone: string): string[] {
  const room = WIDTH - 2 - TIME_WIDTH - 3;
  const what = withLocalTimes(item.what, zone);
  const why = withLocalTimes(item.why, zone);
  const first = `${time.padEnd(TIME_WIDTH)} ${KIND[item.kind]} `;
  const rest = ' '.repeat(TIME_WIDTH + 3);
  if (what.length + 2 + why.length <= room) return [`${first}${what}  ${dim(why)}`];
  const [head = '', ...more] = wrap(what, room);
  return [
    first + head,
    ...more.map((line) => rest + line),
    ...wrap(why, room - 2).map((line) => `${rest}  ${dim(line)}`),
  ];
}

/** For each campaign: who entered, how they ended, and what its steps sent. */
export function campaignsSection(
  { reports, enrollments }: Outcome,
  campaigns: readonly CampaignFile[],
): string {
  const lines = reports.flatMap((report) => {
    const { entered, completed, exited, failed, active } = report;
    const states = { completed, left: exited, failed, active };
    const how = Object.entries(states)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ');
    const reasons = enrollments
      .filter(({ campaignId, reason }) => campaignId === report.campaignId && reason !== undefined)
      .map(({ reason }) => String(reason));
    const order = campaigns.find(({ id }) => id === report.campaignId)?.stepIds ?? [];
    const steps = Object.entries(report.messagesByStep).sort(
      ([a], [b]) => order.indexOf(a) - order.indexOf(b),
    );
    const width = Math.max(...steps.map(([step]) => step.length), 1);
    return [
      `${bold(report.campaignId)}  ${entered} entered${how === '' ? '' : `: ${how}`}`,
      ...counted(reasons).map(([reason, count]) => dim(`  ${count} × ${cut(reason, WIDTH - 12)}`)),
      ...steps.map(([step, counts]) => {
        const outcomes = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
        return `  ${step.padEnd(width)}  ${outcomes.join(', ')}`;
      }),
    ];
  });
  return section('Campaigns', lines);
}

const CHANNELS = [
  ['email', 'e-mail'],
  ['sms', 'text'],
  ['call', 'call'],
  ['webhook', 'webhook'],
] as const;

/** The messages by channel and outcome, with reasons where they have not left. */
export function messagesSection({ messages, metrics }: Outcome, rate: number): string {
  const byChannel = Map.groupBy(messages, ({ channel }) => channel);
  const lines = CHANNELS.flatMap(([channel, word]) => {
    const some = byChannel.get(channel);
    if (some === undefined) return [];
    const outcomes = some.map(({ status, reason }) =>
      reason === undefined ? status : `${status}: ${reason}`,
    );
    return [
      `${some.length} ${word}${some.length === 1 ? '' : 's'}`,
      ...counted(outcomes).map(
        ([outcome, count]) => `${String(count).padStart(5)}  ${cut(outcome, WIDTH - 12)}`,
      ),
    ];
  });
  const waits = metrics.sum('herald_lateness_seconds_count');
  if (waits > 0) {
    const mean = (metrics.sum('herald_lateness_seconds_sum') / waits) * 1000;
    const speed = `at ${Math.round(rate).toLocaleString('en')} times the speed of the wall`;
    lines.push('', dim(`${waits} due times were kept, ${mean.toFixed(1)} ms late on average, ${speed}.`));
  }
  return section(`Messages: ${messages.length}`, lines);
}

/** One mail: the headers that matter, and its text part. */
export function mailSection(mails: readonly Mail[], of: string | undefined): string {
  const mail = mails.find(({ to }) => to === of) ?? mails[0];
  if (mail === undefined) return section('No mail was delivered', []);
  const text = (mail.parsed.text ?? '').trim().split('\n');
  return section('One of the mails, as it was delivered (text part)', [
    ...headersOf(mail, WIDTH - 2).map((line) => dim(line)),
    '',
    ...text.flatMap((line) => (line.trim() === '' ? [''] : wrap(shortened(line), WIDTH - 2))),
  ]);
}

/** One call as it was heard, and one text message. */
export function phoneSection({ twilio }: Pick<Vendors, 'twilio'>): string {
  const call = twilio.calls.find(({ pressed }) => pressed.length > 0);
  const [text] = twilio.texts;
  const heard = call === undefined ? [] : wrap(call.heard.join(' '), WIDTH - 4);
  return section('One of the calls, as it was heard, and one of the texts', [
    ...(call === undefined
      ? []
      : [dim(`${call.from} calls ${call.to}, who presses ${call.pressed.join(', ')}`)]),
    ...heard.map((line) => `  ${line}`),
    ...(text === undefined
      ? []
      : [dim(`${text.from} writes to ${text.to}`), ...wrap(text.body, WIDTH - 4).map((line) => `  ${line}`)]),
  ]);
}

/** The refused requests, and why. */
export function refusedSection({ refused, duplicates, skipped }: Played): string {
  const lines = refused.flatMap(({ what, status, reasons }) => {
    const [head = '', ...more] = wrap(reasons.join('; '), WIDTH - 10);
    return [`${yellow(String(status))} ${what}`, ...[head, ...more].map((line) => `    ${line}`)];
  });
  if (duplicates > 0)
    lines.push(`${duplicates} times an event came again that was there already: taken, and no effect`);
  if (skipped > 0) lines.push(`${skipped} webhooks were passed over, as their source says`);
  return section(`Refused: ${refused.length}`, lines);
}

/** The refused requests as faults in files: `file:line: reason`. */
export const refusedLines = (refused: readonly Refused[]): string[] =>
  refused.flatMap(({ what, reasons }) => reasons.map((reason) => `${what}: ${reason}`));

/** What to try next. */
export const nextSection = ({ own }: Pick<Options, 'own'>): string =>
  section('Next', [
    own
      ? 'make demo                                         the examples'
      : 'make demo EVENTS=my.jsonl CAMPAIGN=my.yaml        the same with your own events and campaign',
    'make dev                                          Herald on ./data, with the API to read at /docs',
    'examples/                                         what has just run: campaigns, templates, events',
  ]);

const SHOWN_PROBLEMS = 5;

/** Each check with a tick, or with a cross and what is wrong. */
export function checksSection(checks: readonly Check[]): string {
  const lines = checks.flatMap(({ what, problems }) => [
    `${problems.length === 0 ? green('✓') : red('✗')} ${what}`,
    ...problems
      .slice(0, SHOWN_PROBLEMS)
      .flatMap((problem) => wrap(problem, WIDTH - 8).map((line) => `    ${red(line)}`)),
    ...(problems.length > SHOWN_PROBLEMS ? [`    and ${problems.length - SHOWN_PROBLEMS} more`] : []),
  ]);
  return section('Checks', lines);
}

/** Cuts words that are too long for a line, such as links with a token. */
const shortened = (line: string): string => line.replace(/\S+/g, (word) => cut(word, WIDTH - 2));

const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;
