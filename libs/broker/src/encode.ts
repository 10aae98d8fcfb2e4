import { writeJson } from '@herald/domain';
import type { OutMessage } from './broker.ts';
import { BrokerError } from './errors.ts';

/** Bytes of a message's body as JSON in UTF-8. */
export const MAX_BODY = 8 * 1024 * 1024;
/**
 * Bytes of a routing key in UTF-8: the limit of AMQP 0-9-1, kept everywhere so that what runs embedded also
 * runs distributed.
 */
export const MAX_KEY = 255;

/**
 * The body as JSON text. Throws a `BrokerError` coded `invalid_message` if it cannot be JSON or is too large,
 * or if the key is too long: every implementation calls this before it sends anything. Neither body nor key
 * is in the error: they may be personal data.
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

/** Typed for what it does: undefined, a function or a symbol has no JSON. */
function json(body: unknown): string | undefined {
  try {
    return writeJson(body);
  } catch (cause) {
    throw new BrokerError('invalid_message', 'The body is nothing that JSON can hold', { cause });
  }
}
