import { describe, expect, it } from 'vitest';
import { message, type Stage, until } from './stage.ts';

export const subscribing = (stage: () => Stage) =>
  describe('subscribing to a fan-out exchange', () => {
    const change = (id: string) => message(id, { exchange: 'changes', key: 'any', body: id });
    const publish = (...ids: string[]) => stage().broker().publish(ids.map(change));
    const noGap = () => {};

    const listen = async () => {
      const heard: unknown[] = [];
      const subscription = await stage()
        .broker()
        .subscribe('changes', (body) => heard.push(body), noGap);
      return { heard, subscription };
    };

    it('gives every subscriber everything from then on, in order', async () => {
      await publish('before');
      const one = await listen();
      await publish('a', 'b');
      const two = await listen();
      await publish('c');
      await until(() => expect(one.heard).toEqual(['a', 'b', 'c']));
      await until(() => expect(two.heard).toEqual(['c']));
    });

    it('gives a subscriber nothing after it stopped', async () => {
      const one = await listen();
      const two = await listen();
      await one.subscription.stop();
      await publish('a');
      await until(() => expect(two.heard).toEqual(['a']));
      expect(one.heard).toEqual([]);
    });

    it('confirms every message while subscribers come and go', async () => {
      for (let round = 0; round < 12; round += 1) {
        const { subscription } = await listen();
        const under = publish('a');
        const stopped = subscription.stop();
        const besides = publish('b');
        await stopped;
        await Promise.all([under, besides, ...Array.from({ length: 20 }, () => publish('c'))]);
      }
    });

    it('gives each subscriber a body of its own', async () => {
      const heard: { n: number }[] = [];
      const subscribe = () =>
        stage()
          .broker()
          .subscribe(
            'changes',
            (body) => heard.push(Object.assign(body as { n: number }, { touched: true })),
            noGap,
          );
      await subscribe();
      await subscribe();
      const body = { n: 1 };
      await stage()
        .broker()
        .publish([{ ...change('a'), body }]);
      await until(() => expect(heard).toHaveLength(2));
      expect(heard[0]).not.toBe(heard[1]);
      expect(body).toEqual({ n: 1 });
    });

    it('goes on for everybody when one subscriber throws', async () => {
      await stage()
        .broker()
        .subscribe(
          'changes',
          () => {
            throw new Error('no');
          },
          noGap,
        );
      const { heard } = await listen();
      await publish('a');
      await publish('b');
      await until(() => expect(heard).toEqual(['a', 'b']));
    });

    it('resolves the publish when nobody listens, and counts nothing as unroutable', async () => {
      await publish('a');
      expect(stage().observed.unroutable).toEqual([]);
    });

    it('of what is no fan-out exchange rejects', async () => {
      const subscribe = (exchange: string) => stage().broker().subscribe(exchange, noGap, noGap);
      await expect(subscribe('nowhere')).rejects.toMatchObject({ code: 'unknown_exchange' });
      await expect(subscribe('events')).rejects.toMatchObject({ code: 'unknown_exchange' });
    });
  });
