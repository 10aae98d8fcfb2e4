import { createMetrics } from '@herald/metrics';
import { expect, test } from 'vitest';
import { LIMIT_NAMES } from '../limits/limit-names.ts';
import { messagingMetrics } from '../metrics.ts';
import { countFromZero } from './measure.ts';

test('each outcome that a channel can have is counted from 0, and no other', async () => {
  const metrics = createMetrics({ version: 'test' }).declare(messagingMetrics);
  countFromZero(metrics);
  const text = await metrics.registry.metrics();
  for (const outcome of ['sent', 'unknown', 'answered', 'busy', 'key_pressed'])
    expect(text).toContain(`herald_messages_total{channel="call",outcome="${outcome}"} 0\n`);
  expect(text).not.toMatch(/channel="call",outcome="bounced"|channel="sms",outcome="received"/);
  for (const limit of LIMIT_NAMES)
    expect(text).toContain(`limited_total{channel="email",limit="${limit}",effect="deferred"} 0\n`);
});
