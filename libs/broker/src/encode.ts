import { writeJson } from '@herald/domain';
import type { OutMessage } from './broker.ts';
import { BrokerError } from './errors.ts';

/** Bytes of a message's body as JSON in UTF-8. */
export const MAX_BODY = 8 * 1024 * 1024;
/**
 * Bytes of a routing key in UTF-8: the limit of AMQP 0-9-1. The embedded broker has it too, so that what runs
 * embedded also runs on RabbitMQ.
 */
export const MAX_KEY = 255;

/**
 * The body as JSON text. Throws a `BrokerError` `invalid_message` if the body has no JSON or is too large, or
 * if the key is too long. Every implementation calls this before it sends anything. The error contains
 * neither body nor key: they may be personal data.
 */
export function encode(message: OutMessage): string {
  if (Buffer.byteLength(message.key) > MAX_KEY) {
    throw new BrokerError('invalid_message', `A routing key has at most ${MAX_KEY} bytes`);
  }
  const text = json(message.body);
  if (text === undefined) throw new BrokerError('invalid_message', 'The body is nothing that JSON can hold');
  const size = Buffer.byteLength(text);
  if (size > MAX_BODY) {
    throw new BrokerError('invalid_message', `The body has ${size} bytes, the limit is ${MAX_BODY}`);
  }
  return text;
}

/** Undefined for what has no JSON: undefined, a function or a symbol. */
function json(body: unknown): string | undefined {
  try {
    return writeJson(body);
  } catch (cause) {
    throw new BrokerError('invalid_message', 'The body is nothing that JSON can hold', { cause });
  }
}
