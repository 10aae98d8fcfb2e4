import { canonicalJson } from '@herald/domain';
import { describe, expect, it } from 'vitest';
import { eachWithStore, gather, ids, type Note, range, type SetUp, STRANGE, task } from './fixtures.ts';

const note = (id: string, content: Note['content']): Note => ({ workspace: 'acme', id, version: 1, content });

export function writeContract(setUp: SetUp): void {
  describe('writing documents', () => {
    const context = eachWithStore(setUp);
    const insert = (...docs: ReturnType<typeof task>[]) =>
      context.tasks().write(docs.map((doc) => ({ doc, ifVersion: null })));

    it('inserts only where the key is free', async () => {
      expect(await insert(task('a', { title: 'first' }))).toEqual([true]);
      expect(await insert(task('a', { title: 'second' }))).toEqual([false]);
      expect(await context.tasks().get('acme', 'a')).toEqual(task('a', { title: 'first' }));
    });

    it('replaces only the version that is named, and the whole document', async () => {
      await insert(task('a', { title: 'one', status: 'open' }));
      const replace = (version: number, ifVersion: number) =>
        context.tasks().write([{ doc: task('a', { version }), ifVersion }]);
      expect(await replace(3, 2)).toEqual([false]);
      expect(await replace(2, 1)).toEqual([true]);
      expect(await replace(2, 1)).toEqual([false]);
      expect(await context.tasks().get('acme', 'a')).toEqual(task('a', { version: 2 }));
    });

    it('replaces nothing where there is nothing', async () => {
      expect(await context.tasks().write([{ doc: task('a'), ifVersion: 1 }])).toEqual([false]);
      expect(await context.tasks().get('acme', 'a')).toBeUndefined();
    });

    it('may keep the version it replaces', async () => {
      await insert(task('a', { title: 'full' }));
      expect(await context.tasks().write([{ doc: task('a', { title: 'cleared' }), ifVersion: 1 }])).toEqual([
        true,
      ]);
      expect((await context.tasks().get('acme', 'a'))?.title).toBe('cleared');
    });

    it('guards each of several writes by itself, in their order', async () => {
      await insert(task('a'), task('b'));
      const results = await context.tasks().write([
        { doc: task('a', { version: 2 }), ifVersion: 1 },
        { doc: task('b', { version: 9 }), ifVersion: 8 },
        { doc: task('c'), ifVersion: null },
        { doc: task('a'), ifVersion: null },
        { doc: task('c', { version: 2, title: 'again' }), ifVersion: 1 },
      ]);
      expect(results).toEqual([true, false, true, false, true]);
      const docs = await context.tasks().getMany(['a', 'b', 'c'].map((id) => ({ workspace: 'acme', id })));
      expect(docs).toEqual([task('a', { version: 2 }), task('b'), task('c', { version: 2, title: 'again' })]);
      expect(await context.tasks().write([])).toEqual([]);
    });

    it('lets exactly one of many writers of a version win', async () => {
      await insert(task('a'));
      for (const version of range(1, 5)) {
        const writes = range(1, 10).map((n) =>
          context.tasks().write([{ doc: task('a', { version: version + 1, rank: n }), ifVersion: version }]),
        );
        const won = (await Promise.all(writes)).flat();
        expect(won.filter(Boolean)).toHaveLength(1);
        expect((await context.tasks().get('acme', 'a'))?.rank).toBe(won.indexOf(true) + 1);
      }
      const inserts = await Promise.all(range(1, 10).map((n) => insert(task('new', { rank: n }))));
      expect(inserts.flat().filter(Boolean)).toHaveLength(1);
    });

    it('writes what the document was when it was called, and hands out copies', async () => {
      const content = { list: [1] };
      const written = context.notes().write([{ doc: note('n', content), ifVersion: null }]);
      content.list.push(2);
      await written;
      const read = await context.notes().get('acme', 'n');
      expect(read?.content).toEqual({ list: [1] });
      Object.assign(read ?? {}, { content: 'changed' });
      expect((await context.notes().get('acme', 'n'))?.content).toEqual({ list: [1] });
    });

    it('refuses what JSON cannot hold, without harm to others', async () => {
      const endless: { self?: unknown } = {};
      endless.self = endless;
      const refused = context
        .notes()
        .write([{ doc: note('bad', endless as Note['content']), ifVersion: null }]);
      const fine = context.notes().write([{ doc: note('good', 1), ifVersion: null }]);
      await expect(refused).rejects.toThrow();
      expect(await fine).toEqual([true]);
    });

    it('keeps any JSON exactly: strange keys, unicode, numbers, null', async () => {
      await context.notes().write([{ doc: note('strange', STRANGE), ifVersion: null }]);
      const read = await context.notes().get('acme', 'strange');
      expect(canonicalJson(read?.content)).toBe(canonicalJson(STRANGE));
      expect(Object.getPrototypeOf(read?.content)).toBe(Object.prototype);
      expect(Object.hasOwn(Object(read?.content), '__proto__')).toBe(true);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });

    it('keeps big and deep documents', async () => {
      let deep: Note['content'] = 'bottom';
      for (const _ of range(1, 2000)) deep = [deep];
      const big = 'ü'.repeat(1_000_000);
      await context.notes().write([
        { doc: note('big', big), ifVersion: null },
        { doc: note('deep', deep), ifVersion: null },
      ]);
      expect((await context.notes().get('acme', 'big'))?.content).toBe(big);
      expect(JSON.stringify((await context.notes().get('acme', 'deep'))?.content)).toBe(JSON.stringify(deep));
    });

    it('takes ids of any text, and keeps them apart', async () => {
      const strange = [
        '',
        ' ',
        'a',
        'A',
        'a ',
        '\u00e1',
        'a\u0301',
        '🎺',
        'a/b',
        'a\u0000b',
        'a\u0000',
        '%',
        "'; DROP TABLE x; --",
        '$id',
      ];
      await insert(...strange.map((id) => task(id, { title: id })));
      const docs = await context.tasks().getMany(strange.map((id) => ({ workspace: 'acme', id })));
      expect(docs.map((doc) => doc?.title)).toEqual(strange);
    });
  });

  describe('reading documents by key', () => {
    const context = eachWithStore(setUp);

    it('gives many in the order asked, undefined where there is none', async () => {
      await context.tasks().write(['a', 'b'].map((id) => ({ doc: task(id), ifVersion: null })));
      const keys = ['b', 'none', 'a', 'b'].map((id) => ({ workspace: 'acme', id }));
      const docs = await context.tasks().getMany([...keys, { workspace: 'globex', id: 'a' }]);
      expect(docs).toEqual([task('b'), undefined, task('a'), task('b'), undefined]);
      expect(await context.tasks().getMany([])).toEqual([]);
    });

    it('keeps workspaces and collections apart', async () => {
      const theirs = task('a', { workspace: 'globex', title: 'theirs' });
      await context.tasks().write([
        { doc: task('a'), ifVersion: null },
        { doc: theirs, ifVersion: null },
      ]);
      expect(await context.tasks().get('globex', 'a')).toEqual(theirs);
      expect(await context.tasks().get('initech', 'a')).toBeUndefined();
      expect(await context.notes().get('acme', 'a')).toBeUndefined();
      expect(await context.tasks().remove('globex', 'a')).toBe(true);
      expect(await context.tasks().get('acme', 'a')).toEqual(task('a'));
    });

    it('removes whatever version there is, once', async () => {
      await context.tasks().write([{ doc: task('a', { version: 7, sweepAt: 1 }), ifVersion: null }]);
      expect(await context.tasks().remove('acme', 'a')).toBe(true);
      expect(await context.tasks().remove('acme', 'a')).toBe(false);
      expect(await context.tasks().get('acme', 'a')).toBeUndefined();
      expect(await context.tasks().write([{ doc: task('a'), ifVersion: 7 }])).toEqual([false]);
      expect(await context.tasks().write([{ doc: task('a'), ifVersion: null }])).toEqual([true]);
    });

    it('scans all by workspace and id, in batches, while documents come and go', async () => {
      expect(await gather(context.notes().scan())).toEqual([]);
      const name = (n: number): string => `n${String(n).padStart(5, '0')}`;
      const docs = ['globex', 'acme'].flatMap((workspace) =>
        range(1, 1500).map((n) => ({ ...note(name(n), n), workspace })),
      );
      await context.notes().write(docs.map((doc) => ({ doc, ifVersion: null })));
      const seen: string[] = [];
      let batches = 0;
      for await (const batch of context.notes().scan()) {
        expect(batch.length).toBeGreaterThan(0);
        batches += 1;
        seen.push(...batch.map(({ workspace, id }) => `${workspace}/${id}`));
        await context.notes().write([{ doc: note(`m${batches}`, 'behind the reader'), ifVersion: null }]);
        await context.notes().remove('globex', name(1500 - batches));
      }
      expect(batches).toBeGreaterThan(1);
      expect(seen).toEqual(seen.toSorted());
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((key) => key.startsWith('acme/n'))).toHaveLength(1500);
      expect(ids(docs).length - seen.filter((key) => key.includes('/n')).length).toBeLessThanOrEqual(batches);
    });
  });
}
