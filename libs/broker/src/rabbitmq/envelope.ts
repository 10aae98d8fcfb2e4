import { readJson } from '@herald/domain';
import type { Message, Options } from 'amqplib';
import type { DeadLetter, Delivery, OutMessage } from '../broker.ts';

/** Characters of a reason that are kept: an error's message may be of any length. */
const MAX_REASON = 1000;
/** Bytes of a short string of AMQP. */
const MAX_SHORT = 255;

/** What RabbitMQ carries. All but the id and the body is in headers, which survive every hop. */
export interface Envelope {
  readonly id: string;
  /** The key it was published with; in delays the routing key is another. */
  readonly key: string;
  readonly content: Buffer;
  readonly publishedAt: number;
  /** The trace of what first caused it. */
  readonly traceparent?: string | undefined;
  /** Attempts that were settled; RabbitMQ counts the others. */
  readonly attempts: number;
  /** Hand-overs since the last verdict that were cut off before it came into this queue. */
  readonly cutOffs?: number | undefined;
  /** On the clock of due times; set only if the delay is too long for one wait. */
  readonly due?: number | undefined;
  /** Of a dead letter. */
  readonly death?: Death | undefined;
}

export interface Death {
  readonly reason: string;
  readonly at: number;
  readonly token: string;
}

const HEADER = {
  id: 'herald-id',
  key: 'herald-key',
  publishedAt: 'herald-published-at',
  attempts: 'herald-attempts',
  cutOffs: 'herald-cut-offs',
  due: 'herald-due',
  reason: 'herald-reason',
  diedAt: 'herald-died-at',
  token: 'herald-token',
  traceparent: 'traceparent',
  // Tracing libraries overwrite `traceparent` with each sender, also of a retry; this one stays.
  origin: 'x-origin-traceparent',
} as const;

export const seal = ({ id, key, traceparent }: OutMessage, json: string, publishedAt: number): Envelope => ({
  id,
  key,
  content: Buffer.from(json),
  publishedAt,
  traceparent,
  attempts: 0,
});

/** Persistent, and without RabbitMQ's headers (deaths, deliveries), which are about the way behind. */
export function propertiesOf(envelope: Envelope): Options.Publish {
  const { id, key, publishedAt, traceparent, attempts, cutOffs = 0, due, death } = envelope;
  const short = Buffer.byteLength(id) <= MAX_SHORT;
  return {
    persistent: true,
    contentType: 'application/json',
    ...(short ? { messageId: id } : {}),
    headers: {
      [HEADER.key]: key,
      [HEADER.publishedAt]: publishedAt,
      ...(short ? {} : { [HEADER.id]: id }),
      ...(attempts > 0 ? { [HEADER.attempts]: attempts } : {}),
      ...(cutOffs > 0 ? { [HEADER.cutOffs]: cutOffs } : {}),
      ...(traceparent === undefined
        ? {}
        : { [HEADER.traceparent]: traceparent, [HEADER.origin]: traceparent }),
      // As text: an instant may be beyond AMQP's numbers.
      ...(due === undefined ? {} : { [HEADER.due]: String(due) }),
      ...(death === undefined
        ? {}
        : {
            [HEADER.reason]: death.reason.slice(0, MAX_REASON),
            [HEADER.diedAt]: death.at,
            [HEADER.token]: death.token,
          }),
    },
  };
}

/** Never throws: anybody may have sent the message. */
export function envelopeOf({ properties, fields, content }: Message): Envelope {
  const headers: Record<string, unknown> = properties.headers ?? {};
  const due = Number(text(headers[HEADER.due]));
  const token = text(headers[HEADER.token]);
  return {
    id: text(properties.messageId) ?? text(headers[HEADER.id]) ?? '',
    key: text(headers[HEADER.key]) ?? fields.routingKey,
    content,
    publishedAt: whole(headers[HEADER.publishedAt]) ?? (whole(properties.timestamp) ?? 0) * 1000,
    traceparent: text(headers[HEADER.origin]) ?? text(headers[HEADER.traceparent]),
    attempts: whole(headers[HEADER.attempts]) ?? 0,
    cutOffs: whole(headers[HEADER.cutOffs]),
    due: Number.isNaN(due) ? undefined : due,
    death:
      token === undefined
        ? undefined
        : { token, reason: text(headers[HEADER.reason]) ?? '', at: whole(headers[HEADER.diedAt]) ?? 0 },
  };
}

/**
 * How often RabbitMQ took this message back from a consumer of this queue: after a crash or a lost
 * connection, or because the consumer stopped or was too slow. Which of the two counts rises depends on
 * RabbitMQ's version; from 4.3 on a slow consumer raises only the second.
 */
export function takenBack({ properties, fields }: Message): number {
  // Without the flag it is the first delivery, and the headers are the publisher's.
  if (!fields.redelivered) return 0;
  const headers: Record<string, unknown> = properties.headers ?? {};
  return Math.max(1, whole(headers['x-delivery-count']) ?? 0, whole(headers['x-acquired-count']) ?? 0);
}

/**
 * Throws a SyntaxError if the body is not JSON. The error does not contain the body: it may be personal data.
 */
export function deliveryOf(queue: string, envelope: Envelope, attempt: number): Delivery {
  return { ...bare(queue, envelope, attempt), body: parse(envelope.content) };
}

/** The body is a text if it is not JSON. */
export function deadLetterOf(
  queue: string,
  envelope: Envelope,
  death: Death,
): DeadLetter & { token: string } {
  const delivery = { ...bare(queue, envelope, envelope.attempts), body: legible(envelope.content) };
  return { ...delivery, reason: death.reason, diedAt: death.at, token: death.token };
}

/** For observers; never throws. */
export const legibleDelivery = (queue: string, envelope: Envelope, attempt: number): Delivery => ({
  ...bare(queue, envelope, attempt),
  body: legible(envelope.content),
});

/** What was published, as far as what came back shows it. */
export const outMessageOf = (exchange: string, { id, key, content, traceparent }: Envelope): OutMessage => ({
  exchange,
  key,
  id,
  body: legible(content),
  ...(traceparent === undefined ? {} : { traceparent }),
});

function bare(queue: string, envelope: Envelope, attempt: number): Omit<Delivery, 'body'> {
  const { id, key, publishedAt, traceparent } = envelope;
  return { queue, id, key, attempt, publishedAt, ...(traceparent === undefined ? {} : { traceparent }) };
}

function parse(content: Buffer): unknown {
  try {
    return readJson(content.toString());
  } catch {
    throw new SyntaxError('The body is no JSON');
  }
}

function legible(content: Buffer): unknown {
  try {
    return parse(content);
  } catch {
    return content.toString();
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const whole = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) ? Number(value) : undefined;
