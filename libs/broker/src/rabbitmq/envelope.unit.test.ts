import { describe, expect, it } from 'vitest';
import { envelopeOf, propertiesOf, seal } from './envelope.ts';

const FIRST = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const LATER = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
const out = { exchange: 'jobs', key: 'work', id: 'm', body: {} };

/** What arrives of what was sent, with the headers as a tracing library left them. */
const arrived = (headers: Record<string, unknown>) =>
  envelopeOf({
    content: Buffer.from('{}'),
    fields: { deliveryTag: 1, redelivered: false, exchange: 'jobs', routingKey: 'work' },
    properties: { headers, messageId: 'm' },
  } as unknown as Parameters<typeof envelopeOf>[0]);

describe('the trace context of a message', () => {
  it('is that of what first caused it, whoever sent it last', () => {
    const { headers } = propertiesOf(seal({ ...out, traceparent: FIRST }, '{}', 0));
    const { traceparent } = arrived({ ...headers, traceparent: LATER });
    expect(traceparent).toBe(FIRST);
    // So it is sent on with it, however often it is tried again.
    const again = propertiesOf({ ...arrived({ ...headers, traceparent: LATER }), attempts: 1 });
    expect(arrived({ ...again.headers, traceparent: LATER }).traceparent).toBe(FIRST);
  });

  it('is the sender’s where nothing else is known', () => {
    expect(arrived({ traceparent: LATER }).traceparent).toBe(LATER);
  });

  it('is none where there was none', () => {
    const { headers } = propertiesOf(seal(out, '{}', 0));
    expect(Object.keys(headers ?? {}).filter((name) => name.includes('traceparent'))).toEqual([]);
  });
});
