import type { OutMessage } from '@herald/broker';
import { expect, test } from 'vitest';
import { createReportUnanswered } from './report-unanswered.ts';

test('a condition is recorded once a prospect and logged once a version, without the data', async () => {
  const published: OutMessage[] = [];
  const lines: unknown[] = [];
  const reportUnanswered = createReportUnanswered({
    broker: {
      publish: async (messages: readonly OutMessage[]) => void published.push(...messages),
    },
    clock: { now: () => 5 },
    log: { warn: (line: unknown) => lines.push(line) },
  } as unknown as Parameters<typeof createReportUnanswered>[0]);
  const campaign = { id: 'trial', version: 2 };
  const cause = { correlationId: 'e', causationId: 'e', depth: 1 };
  const found = [{ place: 'enter', detail: 'no "ada@example.com"', reason: 'no_such_overload' }];
  for (const prospectId of ['ada', 'ada', 'bob'])
    await reportUnanswered(campaign, { workspace: 'acme', prospectId, occurredAt: 1, cause }, found);
  expect(
    published.map(({ body }) => JSON.stringify(body)).map((text) => /prospect\/\w+/.exec(text)?.[0]),
  ).toEqual(['prospect/ada', 'prospect/bob']);
  expect(lines).toEqual([
    {
      workspace: 'acme',
      campaignId: 'trial',
      campaignVersion: 2,
      place: 'enter',
      reason: 'no_such_overload',
    },
  ]);
});
