import type { MessageDocument } from '@herald/contracts';
import { type MessageOutcome, type MessageTransition, reasonOf } from '@herald/domain';
import { counted, createSeldom } from '@herald/log';
import type { ServiceDeps } from '@herald/process';
import { codeOf } from '../providers/reason.ts';

/**
 * Logs what happened to a message, once that is stored. Ids, template, provider and a reason without
 * addresses: nothing that names a person.
 */
export type LogMessage = (doc: MessageDocument, transition: MessageTransition) => void;

/** Outcomes without arrival that somebody should look at. */
const BAD: ReadonlySet<MessageOutcome> = new Set(['failed', 'unknown', 'bounced', 'expired']);
/** Intended: the person does not want it, or no longer needs it. */
const MEANT: ReadonlySet<MessageOutcome> = new Set(['suppressed', 'withdrawn']);

/**
 * One line for each message that has left or never will. For messages that wait or are tried again, one line
 * a minute for each workspace, channel and reason, with a count. The same for each channel on which nothing
 * can be sent.
 */
export function createMessageLog({ log, clock }: Pick<ServiceDeps, 'log' | 'clock'>): LogMessage {
  const seldom = createSeldom(clock);

  const waits = (fields: MessageFields, transition: MessageTransition): void => {
    const { workspace, channel, provider = '', reason = '' } = fields;
    const kind = codeOf(reason) ?? reason.replace(/\d+/g, '#');
    const count = seldom(`waits ${workspace} ${channel} ${provider} ${kind}`);
    if (count === undefined) return;
    const { dueAt, attempts } = transition.facts ?? {};
    const until = dueAt === undefined ? {} : { until: new Date(dueAt).toISOString() };
    const line = { ...fields, ...until, ...counted(count) };
    // A warning only after an attempt: waiting for a window or a turn is normal.
    if (attempts === undefined) log.info(line, 'a message waits');
    else log.warn({ ...line, attempts }, 'a message did not leave; it is tried again');
  };

  return (doc, transition) => {
    const { outcome } = transition;
    const fields = fieldsOf(doc, transition);
    if (outcome === 'sent') log.info(fields, 'a message has left');
    else if (outcome === 'scheduled') waits(fields, transition);
    else if (MEANT.has(outcome)) log.info(fields, 'a message will not leave');
    else if (BAD.has(outcome)) log.warn(fields, WORDS[outcome] ?? 'a message will not leave');
    if (outcome === 'failed') nothingLeaves(fields);
  };

  function nothingLeaves({ workspace, channel, reason = '' }: MessageFields): void {
    const kind = /^(?:no_sender|no_provider)\b/.exec(reason)?.[0];
    if (kind === undefined) return;
    const count = seldom(`${kind} ${workspace} ${channel}`);
    if (count === undefined) return;
    log.warn(
      { workspace, channel, reason, ...counted(count) },
      `${kind}: nothing leaves on this channel; GET /v1/channels says how to set it up`,
    );
  }
}

const WORDS: Partial<Record<MessageOutcome, string>> = {
  unknown: 'nobody knows whether a message has left',
  bounced: 'a message has bounced',
};

type MessageFields = ReturnType<typeof fieldsOf>;

function fieldsOf({ workspace, state }: MessageDocument, { outcome, facts = {} }: MessageTransition) {
  const { messageId, channel, template } = state;
  const { provider, reason } = facts;
  return {
    ...{ workspace, messageId, channel, template },
    ...(provider === undefined ? {} : { provider }),
    outcome,
    ...(reason === undefined ? {} : { reason: reasonOf(reason) }),
  };
}
