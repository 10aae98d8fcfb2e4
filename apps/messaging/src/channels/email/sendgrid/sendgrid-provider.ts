import type { Headers } from '../../../providers/answers/patience.ts';
import { within } from '../../../providers/answers/within.ts';
import type { Provider } from '../../../providers/provider.ts';
import { listUnsubscribe } from '../list-unsubscribe.ts';
import { headerId, ID_HEADER } from '../mail-id.ts';
import type { OutgoingEmail } from '../message.ts';
import { createMails, type SendGridMail } from './library.ts';
import { outcomeOfAnswer, outcomeOfSilence, type SendGridAnswer } from './outcome.ts';

export interface SendGridOptions {
  readonly apiKey: string;
  /** Where its API is, without a path; Default: SendGrid's own. */
  readonly url?: string | undefined;
  /** ms of wall time for one call. */
  readonly timeout?: number;
  /** Calls under way at once. */
  readonly connections?: number;
}

/** Bytes: its answers are short. */
const MAX_ANSWER = 64 * 1024;

/**
 * E-mail by SendGrid's API. One recipient a call; what goes beside the mail is an opaque reference and
 * nothing about the person.
 */
export function createSendGridProvider(options: SendGridOptions): Provider<OutgoingEmail> {
  const { apiKey, url, timeout = 45_000, connections = 20 } = options;
  const mails = createMails({ apiKey, url, timeout, maxAnswer: MAX_ANSWER });

  return {
    channel: 'email',
    name: 'sendgrid',
    // `within` may be late by a turn of the event loop.
    timeout: timeout + 1_000,
    connections,
    tracks: true,
    async send(message) {
      try {
        const [answer] = await within(timeout, mails.send(mailOf(message)));
        const id: unknown = answer.headers['x-message-id'];
        return { kind: 'sent', ...(typeof id === 'string' && { providerId: id.slice(0, 200) }) };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const answer = answerIn(error);
        return answer === undefined ? outcomeOfSilence(error) : outcomeOfAnswer(answer, Date.now());
      }
    },
    async close() {},
  };
}

/**
 * The answer that the library throws: its own error from 400 on, and that of its HTTP client for a redirect.
 */
function answerIn(error: Error): SendGridAnswer | undefined {
  const { code, response } = error as Partial<{ code: unknown; response: Partial<Answered> }>;
  const status = typeof code === 'number' ? code : response?.status;
  if (response === undefined || typeof status !== 'number') return undefined;
  return { status, headers: response.headers ?? {}, body: response.body };
}

interface Answered {
  readonly status: unknown;
  readonly headers: Headers;
  readonly body: unknown;
}

function mailOf(message: OutgoingEmail): SendGridMail {
  const { messageId, reference, from, to, copies, files = [], replyTo, subject, html, text } = message;
  const { unsubscribe, returnTo } = message;
  return {
    to: { email: to },
    ...copiesOf(message),
    from: { email: from.email, ...(from.name === undefined ? {} : { name: from.name }) },
    ...(replyTo === undefined ? {} : { replyTo: { email: replyTo } }),
    subject,
    text,
    ...(html === undefined ? {} : { html }),
    ...(files.length > 0 && {
      attachments: files.map(({ filename, contentType, cid, content }) => ({
        filename,
        type: contentType,
        content: content.toString('base64'),
        disposition: cid === undefined ? 'attachment' : 'inline',
        // By the name in the API: the library leaves names within a list as they are.
        ...(cid !== undefined && { content_id: cid }),
      })),
    }),
    headers: {
      [ID_HEADER]: headerId(messageId),
      ...(unsubscribe === undefined
        ? {}
        : {
            'List-Unsubscribe': listUnsubscribe(unsubscribe, returnTo),
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }),
    },
    ...(reference === undefined
      ? {}
      : { customArgs: { herald: reference, ...(copies?.mark && { herald_to: copies.mark }) } }),
    hideWarnings: true,
  };
}

/** Whose open or click it is, nobody can tell once there are copies: such a mail is not tracked. */
function copiesOf({ copies }: OutgoingEmail): Pick<SendGridMail, 'cc' | 'bcc' | 'trackingSettings'> {
  if (copies === undefined) return {};
  const { cc, bcc } = copies;
  return {
    ...(cc.length > 0 && { cc: cc.map((email) => ({ email })) }),
    ...(bcc.length > 0 && { bcc: bcc.map((email) => ({ email })) }),
    trackingSettings: {
      clickTracking: { enable: false, enableText: false },
      openTracking: { enable: false },
    },
  };
}
