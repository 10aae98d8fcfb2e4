import { hasLeft, type LoggedEvent, type Message } from '@herald/harness';
import type { Vendors } from '../outside/vendors.ts';
import type { Check } from './checks.ts';
import type { Outcome } from './outcome.ts';
import { receivedBy } from './received.ts';

/** What must be true of examples/renewal besides the counts: who got what, by which channel, and why. */
export const renewalChecks = (outcome: Outcome, vendors: Vendors, linkSecret: string): Check[] => [
  receivedOnce(outcome, vendors, linkSecret),
  callsLedOn(outcome, vendors),
  leftInPeace(outcome),
  keptOut(outcome, vendors),
  crmWebhooks(outcome, vendors),
];

const CAMPAIGN = 'renewal';

const ofCampaign = ({ messages }: Outcome): Message[] =>
  messages.filter(({ campaignId }) => campaignId === CAMPAIGN);

/** The message of a step to somebody, if it has left. */
const messageSent = (outcome: Outcome, prospectId: string, stepId: string): Message | undefined =>
  ofCampaign(outcome).find(
    (message) => message.prospectId === prospectId && message.stepId === stepId && hasLeft(message),
  );

function receivedOnce(outcome: Outcome, vendors: Vendors, linkSecret: string): Check {
  const received = receivedBy(vendors, linkSecret);
  const sent = new Map(
    ofCampaign(outcome)
      .filter(hasLeft)
      .map((message) => [message.id, message]),
  );
  const problems: string[] = [];
  for (const [id, times] of Map.groupBy(received, ({ messageId }) => messageId)) {
    const message = sent.get(id);
    if (message === undefined) problems.push(`${times[0]?.by} has ${id}, which does not count as sent`);
    if (times.length > 1) problems.push(`${times[0]?.by} got ${id} ${times.length} times`);
    for (const { by, to, providerId } of times) {
      if (message === undefined) continue;
      if (message.to !== to)
        problems.push(`${by} got ${id} for ${to}, and it counts as sent to ${message.to}`);
      if (message.providerId !== providerId)
        problems.push(`${by} calls ${id} ${providerId}, and Herald has ${message.providerId}`);
    }
  }
  const came = new Set(received.map(({ messageId }) => messageId));
  for (const { id, provider } of sent.values())
    if (!came.has(id)) problems.push(`message ${id} counts as sent by ${provider} and did not come there`);
  for (const { url, status } of vendors.twilio.callbacks)
    if (status < 200 || status > 299) problems.push(`Twilio's callback to ${url} was answered ${status}`);
  return {
    what:
      `what SendGrid, Twilio and the CRM got is what counts as sent: ${received.length}, none twice, ` +
      'each by its id',
    problems,
  };
}

/** Nobody picked up: a text. Key 1: the CRM, and no text. Anything else: another text. */
function callsLedOn(outcome: Outcome, { twilio, outside }: Vendors): Check {
  const problems: string[] = [];
  const counts = { unanswered: 0, yes: 0, other: 0 };
  for (const { sid, to, pressed, heard } of twilio.calls) {
    const call = ofCampaign(outcome).find(({ providerId }) => providerId === sid);
    if (call === undefined) continue; // another check names it
    const { call: end = 'answered' } = outside.phones[to] ?? {};
    const kind = end !== 'answered' ? 'unanswered' : pressed.includes('1') ? 'yes' : 'other';
    counts[kind] += 1;
    const status = end === 'answered' ? 'completed' : end.replace('-', '_');
    if (call.status !== status) problems.push(`the call of ${to} ended ${end} and is ${call.status}`);
    const next = { unanswered: 'text', yes: 'tell-accepted', other: 'send-link' };
    for (const [when, stepId] of Object.entries(next))
      if ((messageSent(outcome, call.prospectId, stepId) !== undefined) !== (when === kind))
        problems.push(`${to} (${kind}): step ${stepId} ${when === kind ? 'did not' : 'did'} send`);
    if (kind === 'yes' && !heard.includes('Thank you. Your policy is renewed.'))
      problems.push(`${to} pressed 1 and heard: ${heard.join(' ')}`);
  }
  if (Object.values(counts).includes(0)) problems.push(`too few calls: ${JSON.stringify(counts)}`);
  return {
    what:
      `calls: ${counts.unanswered} not answered led to a text, ${counts.yes} answered with key 1 to the ` +
      `CRM, ${counts.other} others to a link`,
    problems,
  };
}

/** Whoever opted out gets nothing more, whichever way they did it. */
function leftInPeace(outcome: Outcome): Check {
  const { events, enrollments } = outcome;
  const problems: string[] = [];
  const ways = new Set<string>();
  const people = new Set<string>();
  for (const { prospectId, campaignId, status, reason } of enrollments) {
    if (campaignId !== CAMPAIGN) continue;
    const [event] = events.filter(
      (one) => one.type === 'prospect.unsubscribed' && one.prospectId === prospectId,
    );
    if (event === undefined) continue;
    people.add(prospectId);
    ways.add(String(event.data.reason));
    if (status !== 'exited' || reason !== event.type)
      problems.push(`${prospectId} unsubscribed, and the campaign is ${status}: ${reason}`);
    for (const message of ofCampaign(outcome))
      if (message.prospectId === prospectId && isAfter(message, event))
        problems.push(
          `${prospectId} unsubscribed (${event.data.reason}) and got ${message.stepId} after that`,
        );
  }
  for (const way of ['one-click', 'STOP', 'complaint'])
    if (!ways.has(way)) problems.push(`nobody unsubscribed by ${way}`);
  return {
    what:
      `${people.size} left in the middle of a wait (${[...ways].join(', ')}) ` +
      'and got nothing from then on',
    problems,
  };
}

const isAfter = ({ sentAt: at }: Message, { occurredAt }: LoggedEvent): boolean =>
  at !== undefined && Date.parse(at) > Date.parse(occurredAt);

/** An address that SendGrid reports as gone gets no more mail, and the timeline says why. */
function keptOut(outcome: Outcome, { sendgrid, outside }: Vendors): Check {
  const forged = new Set(outside.doings.filter(({ does }) => does === 'forged-bounce').map(({ who }) => who));
  const problems = ofCampaign(outcome)
    .filter(({ to, status }) => forged.has(to ?? '') && ['bounced', 'suppressed'].includes(status))
    .map(
      ({ to, stepId, status }) => `${stepId} to ${to} is ${status}, and SendGrid never said that it bounced`,
    );
  const bounced = ofCampaign(outcome).filter(
    ({ status, provider }) => status === 'bounced' && provider === 'sendgrid',
  );
  let suppressed = 0;
  for (const { id, prospectId, to } of bounced) {
    const others = ofCampaign(outcome).filter(
      (message) => message.channel === 'email' && message.prospectId === prospectId && message.id !== id,
    );
    suppressed += others.length;
    for (const { stepId, status, reason } of others)
      if (status !== 'suppressed' || reason !== 'hard_bounce')
        problems.push(`${stepId} to ${to}, which had bounced, is ${status}: ${reason}`);
    const came = sendgrid.mails.filter((mail) => mail.to === to).length;
    if (came !== 1) problems.push(`SendGrid got ${came} mails for ${to}, which bounced at the first`);
    const timeline = outcome.histories.find(({ prospect }) => prospect.id === prospectId)?.timeline ?? [];
    const reasons = timeline.filter(
      ({ what, why }) => / suppressed$/.test(what) && why.includes('hard_bounce'),
    );
    if (reasons.length !== others.length)
      problems.push(`the timeline of ${prospectId} gives the bounce as the reason ${reasons.length} times`);
  }
  if (suppressed === 0) problems.push('no mail was kept from an address that had bounced');
  return {
    what:
      `a bounce that SendGrid reported kept ${suppressed} later mails from that address; the timeline ` +
      'says why',
    problems,
  };
}

/** Every webhook is genuine, is about the customer that it names, and comes only where the call led to it. */
function crmWebhooks(outcome: Outcome, { crm, disbelieved, twilio }: Vendors): Check {
  const problems = disbelieved.map((id) => `the CRM did not believe webhook ${id}`);
  const got: Record<string, string[]> = { accepted: [], open: [] };
  for (const { headers, body } of crm.requests) {
    const message = ofCampaign(outcome).find(({ id }) => id === headers['webhook-id']);
    const { outcome: how, customer } = JSON.parse(body) as { outcome: string; customer: string };
    got[how]?.push(customer);
    if (message?.prospectId !== customer || message.stepId !== `tell-${how}`)
      problems.push(`the CRM got "${how}" of ${customer} by ${message?.stepId} of ${message?.prospectId}`);
  }
  const whoOf = (sid: string) => ofCampaign(outcome).find(({ providerId }) => providerId === sid)?.prospectId;
  const wanted: Record<string, (string | undefined)[]> = {
    accepted: twilio.calls.filter(({ pressed }) => pressed.includes('1')).map(({ sid }) => whoOf(sid)),
    open: ofCampaign(outcome)
      .filter((message) => message.stepId === 'last-mail' && hasLeft(message))
      .map(({ prospectId }) => prospectId),
  };
  for (const how of ['accepted', 'open']) {
    const [is, should] = [got, wanted].map((lists) => (lists[how] ?? []).toSorted().join(' '));
    if (is !== should)
      problems.push(`the CRM got "${how}" of ${is || 'nobody'}, not of ${should || 'nobody'}`);
  }
  return {
    what:
      `the CRM got ${crm.requests.length} webhooks, each once, signed (Standard Webhooks), for the right ` +
      'people',
    problems,
  };
}
