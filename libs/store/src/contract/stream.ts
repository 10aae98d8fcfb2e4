import { beforeEach, describe, expect, it } from 'vitest';
import type { StreamQuery } from '../event-log.ts';
import { at, eachWithStore, event, gather, ids, range, type SetUp } from './fixtures.ts';

export function streamContract(setUp: SetUp): void {
  describe('reading one stream', () => {
    const context = eachWithStore(setUp);
    // Odd ones are opened, even ones clicked; the fifth occurred long before it came.
    const story = range(1, 9).map((seq) =>
      event(seq, {
        type: seq % 2 === 1 ? 'email.opened' : 'email.clicked',
        ...(seq === 5 ? { occurredAt: at(-100) } : {}),
      }),
    );
    const read = async (query: Partial<StreamQuery> = {}): Promise<number[]> => {
      const all = { workspace: 'acme', stream: 'prospect/ann', limit: 100, ...query };
      return (await context.log().readStream(all)).map(({ seq }) => seq);
    };

    beforeEach(async () => {
      await context.log().append(story.slice(0, 4));
      await context
        .log()
        .append([
          event(1, { stream: 'prospect/ann2', id: 'x1' }),
          event(1, { workspace: 'globex', type: 'email.opened' }),
        ]);
      await context.log().append(story.slice(4));
    });

    it('gives it by seq, and nobody else’s', async () => {
      expect(await read()).toEqual(range(1, 9));
      expect(await read({ workspace: 'globex' })).toEqual([1]);
      expect(await read({ stream: 'prospect/an' })).toEqual([]);
      expect(await read({ workspace: 'initech' })).toEqual([]);
    });

    it('goes on after a seq, up to a limit', async () => {
      expect(await read({ afterSeq: 6 })).toEqual([7, 8, 9]);
      expect(await read({ afterSeq: 2, limit: 3 })).toEqual([3, 4, 5]);
      expect(await read({ afterSeq: 9 })).toEqual([]);
      expect(await read({ afterSeq: 0, limit: 1 })).toEqual([1]);
    });

    it('picks types, in the order of the stream', async () => {
      expect(await read({ types: ['email.clicked'] })).toEqual([2, 4, 6, 8]);
      expect(await read({ types: ['email.opened', 'email.clicked', 'email.opened'] })).toEqual(range(1, 9));
      expect(await read({ types: ['email.opened', 'email.clicked'], afterSeq: 3, limit: 2 })).toEqual([4, 5]);
      expect(await read({ types: ['no.such'] })).toEqual([]);
      expect(await read({ types: [] })).toEqual([]);
    });

    it('picks what occurred after an instant, whatever the order of arrival', async () => {
      expect(await read({ occurredAfter: at(3) })).toEqual([4, 6, 7, 8, 9]);
      expect(await read({ occurredAfter: at(3), types: ['email.opened'] })).toEqual([7, 9]);
      expect(await read({ occurredAfter: at(-101), types: ['email.opened'], limit: 3 })).toEqual([1, 3, 5]);
    });

    it('picks what was received until an instant', async () => {
      const receivedUntil = event(3).receivedAt;
      expect(await read({ receivedUntil })).toEqual([1, 2, 3]);
      expect(await read({ receivedUntil: receivedUntil - 1 })).toEqual([1, 2]);
      expect(await read({ receivedUntil, types: ['email.opened'], occurredAfter: at(1) })).toEqual([3]);
      expect(await read({ receivedUntil, afterSeq: 1, limit: 1 })).toEqual([2]);
    });
  });

  describe('the whole log', () => {
    const context = eachWithStore(setUp);

    it('is scanned by workspace, stream and seq, and counted', async () => {
      expect(await gather(context.log().scan())).toEqual([]);
      expect(await context.log().count()).toBe(0);
      const streams = ['prospect/bob', 'company/x', 'prospect/ann'];
      const events = ['globex', 'acme'].flatMap((workspace) =>
        streams.flatMap((stream) => range(1, 12).map((seq) => event(seq, { workspace, stream }))),
      );
      await context.log().append(events);
      const scanned = await gather(context.log().scan());
      expect(scanned.map((one) => [one.workspace, one.stream, one.seq])).toEqual(
        ['acme', 'globex'].flatMap((workspace) =>
          streams.toSorted().flatMap((stream) => range(1, 12).map((seq) => [workspace, stream, seq])),
        ),
      );
      expect(await context.log().count()).toBe(72);
    });

    it('is scanned whole in batches while it grows, each event once and in order', async () => {
      const streams = range(1, 50).map((n) => `prospect/p${String(n).padStart(3, '0')}`);
      const before = streams.flatMap((stream) => range(1, 60).map((seq) => event(seq, { stream })));
      await context.log().append(before);
      const seen: string[] = [];
      let batches = 0;
      for await (const batch of context.log().scan()) {
        expect(batch.length).toBeGreaterThan(0);
        batches += 1;
        seen.push(...ids(batch));
        await context.log().append([event(60 + batches, { stream: 'prospect/p025' })]);
        await context.log().append([event(batches, { stream: 'campaign/early' })]);
      }
      expect(batches).toBeGreaterThan(1);
      expect(new Set(seen).size).toBe(seen.length);
      const old = new Set(ids(before));
      expect(seen.filter((id) => old.has(id))).toEqual(ids(before));
    });

    it('can be rewritten for erasure: content changes, the place stays, what is not there is left alone', async () => {
      await context.log().append([event(1, { data: { name: 'Ann' }, raw: 'Ann' }), event(2)]);
      const { raw: _, ...erased } = event(1, { data: { erased: true }, occurredAt: at(50), raw: '' });
      await context
        .log()
        .rewrite([
          { ...erased, seq: 7, stream: 'prospect/other', type: 'other' },
          event(3),
          event(1, { workspace: 'globex', data: { stolen: true } }),
        ]);
      const stream = { workspace: 'acme', stream: 'prospect/ann', limit: 10 };
      expect(await context.log().readStream(stream)).toEqual([erased, event(2)]);
      expect(
        await context.log().readStream({ ...stream, types: ['page.viewed'], occurredAfter: at(49) }),
      ).toEqual([erased]);
      expect(await context.log().byIds([event(1)])).toEqual([erased]);
      expect(await context.log().count()).toBe(2);
    });

    it('finds events by id, each once, leaving out what is not there', async () => {
      await context.log().append([event(1), event(2)]);
      const found = await context.log().byIds([event(2), event(9), event(1), event(2)]);
      expect(ids(found).sort()).toEqual(ids([event(1), event(2)]));
      expect(await context.log().byIds([])).toEqual([]);
    });
  });
}
