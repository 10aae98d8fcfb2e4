import { beforeEach, describe, expect, it } from 'vitest';
import type { LogQuery } from '../event-log.ts';
import { at, eachWithStore, event, ids, range, type SetUp } from './fixtures.ts';

export function logQueryContract(setUp: SetUp): void {
  describe('querying a workspace’s events', () => {
    const context = eachWithStore(setUp);
    const people = ['prospect/ann', 'prospect/bob', 'prospect/cy'];
    // Three people in turn, every second event an opened; pairs were received in the same millisecond.
    const story = range(1, 30).map((n) =>
      event(Math.ceil(n / 3), {
        id: `e${String(n).padStart(2, '0')}`,
        stream: people[n % 3] ?? '',
        type: n % 2 === 0 ? 'email.opened' : 'page.viewed',
        receivedAt: at(Math.floor(n / 2)),
      }),
    );

    /** All pages of a query; between pages, `between` runs. */
    const pages = async (query: Partial<LogQuery>, between?: () => Promise<unknown>): Promise<string[][]> => {
      const all: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await context.log().query({ workspace: 'acme', limit: 4, ...query, cursor });
        all.push(ids(page.items));
        cursor = page.next;
        await between?.();
      } while (cursor !== undefined);
      return all;
    };

    beforeEach(async () => {
      // The log's order is another than that of arrival.
      await context.log().append(story.filter(({ stream }) => stream === 'prospect/cy'));
      await context.log().append(story.filter(({ stream }) => stream !== 'prospect/cy'));
      await context.log().append([event(1, { workspace: 'globex', id: 'e05' })]);
    });

    it('gives them by arrival, then id, in pages without gaps or doubles', async () => {
      const all = await pages({});
      expect(all.map(({ length }) => length)).toEqual([4, 4, 4, 4, 4, 4, 4, 2]);
      expect(all.flat()).toEqual(ids(story));
      expect((await pages({ limit: 30 })).map(({ length }) => length)).toEqual([30]);
      expect(await pages({ workspace: 'globex' })).toEqual([['e05']]);
      expect(await pages({ workspace: 'initech' })).toEqual([[]]);
    });

    it('filters by type, stream and time, alone and together', async () => {
      const opened = story.filter(({ type }) => type === 'email.opened');
      const bobs = story.filter(({ stream }) => stream === 'prospect/bob');
      const since = at(7);
      const late = story.filter(({ receivedAt }) => receivedAt >= since);
      expect((await pages({ type: 'email.opened' })).flat()).toEqual(ids(opened));
      expect((await pages({ stream: 'prospect/bob' })).flat()).toEqual(ids(bobs));
      expect((await pages({ since })).flat()).toEqual(ids(late));
      expect((await pages({ since, type: 'email.opened', stream: 'prospect/bob', limit: 1 })).flat()).toEqual(
        ids(opened.filter((one) => bobs.includes(one) && late.includes(one))),
      );
      expect((await pages({ type: 'no.such' })).flat()).toEqual([]);
    });

    it('misses and doubles nothing while events arrive between the pages', async () => {
      let arrivals = 0;
      const arrive = async (): Promise<void> => {
        arrivals += 1;
        // One at the end, and one that was long on its way and lands behind the reader.
        await context
          .log()
          .append([event(arrivals, { stream: 'prospect/new', receivedAt: at(100 + arrivals) })]);
        await context
          .log()
          .append([event(arrivals, { stream: 'prospect/late', receivedAt: at(0), id: `a${arrivals}` })]);
      };
      const all = (await pages({}, arrive)).flat();
      expect(new Set(all).size).toBe(all.length);
      expect(all.filter((id) => id.startsWith('e'))).toEqual(ids(story));
      // The last one arrived after the last page.
      expect(all.filter((id) => id.startsWith('prospect/new'))).toEqual(
        range(1, arrivals - 1).map((n) => `prospect/new#${n}`),
      );
    });

    it('takes its cursor with another limit, and after a reopen', async () => {
      const first = await context.log().query({ workspace: 'acme', limit: 3 });
      const store = await context.reopen();
      const rest = await store.log.query({ workspace: 'acme', limit: 100, cursor: first.next ?? '' });
      expect(ids([...first.items, ...rest.items])).toEqual(ids(story));
      expect(rest.next).toBeUndefined();
    });

    it('refuses a cursor that is broken or of another query', async () => {
      const { next = '' } = await context.log().query({ workspace: 'acme', limit: 3 });
      const foreign =
        (await context.log().query({ workspace: 'acme', type: 'page.viewed', limit: 3 })).next ?? '';
      expect(next).not.toBe('');
      for (const cursor of ['', 'x', 'e30', `${next}!`, next.slice(1), foreign, '\u0000', 'W10', 'bnVsbA']) {
        await expect(context.log().query({ workspace: 'acme', limit: 3, cursor })).rejects.toMatchObject({
          code: 'invalid_cursor',
        });
      }
      await expect(
        context.log().query({ workspace: 'globex', limit: 3, cursor: next }),
      ).rejects.toMatchObject({
        code: 'invalid_cursor',
      });
    });
  });
}
