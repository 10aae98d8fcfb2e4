import { setTimeout as pause } from 'node:timers/promises';
import { span } from '@herald/domain';
import { describe, expect, test, vi } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { limited } from '../testing/limits-stage.ts';
import { expectReplayable, ready } from '../testing/ready.ts';

describe('the share of a workspace', () => {
  test.each([
    ['asked for at once', T0],
    ['due at once', T0 + span.MINUTE],
  ])(
    'of messages %s those beyond the share wait in the store, leave once, and get no event for it',
    async (_what, dueAt) => {
      const provider = fakeProvider(async () => {
        await pause(5);
        return { kind: 'sent' };
      });
      const stage = await ready({ provider, prefetch: 2 });
      await stage.addReplica();
      const ids = Array.from({ length: 150 }, (_, n) => `m${n}`);
      await stage.broker.publish(ids.map((messageId) => stage.requestOf({ messageId, dueAt })));
      if (dueAt > T0) {
        await Promise.all(ids.map((id) => stage.until(id, 'scheduled')));
        await stage.at(dueAt);
      }
      await vi.waitFor(
        async () => {
          await stage.by(100);
          expect(stage.sent()).toHaveLength(150);
        },
        { interval: 100 },
      );
      await Promise.all(ids.map((id) => stage.until(id, 'sent')));
      expect(new Set(stage.sent().map(({ messageId }) => messageId)).size).toBe(150);
      expect(await limited(stage, 'limit="fair_share",effect="deferred"')).toBeGreaterThan(0);
      for (const id of ids) {
        expect(stage.story(id)).toEqual([...(dueAt > T0 ? ['email.scheduled'] : []), 'email.sent']);
        await expectReplayable(stage, id);
      }
    },
    40_000,
  );
});
