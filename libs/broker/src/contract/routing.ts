import { describe, expect, it } from 'vitest';
import { message, type Stage, until } from './stage.ts';

export const routing = (stage: () => Stage) =>
  describe('routing', () => {
    const event = (key: string) => message(key, { exchange: 'events', key });

    it('takes a message to every queue whose pattern its key matches', async () => {
      const everything = await stage().collect('everything');
      const orders = await stage().collect('orders');
      await stage()
        .broker()
        .publish(['order.made', 'order', 'order.made.late', 'invoice.eu.paid', 'paid', 'order.x'].map(event));
      await everything.count(6);
      await orders.count(4);
      expect(everything.ids()).toEqual([
        'order.made',
        'order',
        'order.made.late',
        'invoice.eu.paid',
        'paid',
        'order.x',
      ]);
      expect(orders.ids()).toEqual(['order.made', 'invoice.eu.paid', 'paid', 'order.x']);
    });

    it('gives a queue one copy, however many of its patterns match', async () => {
      const orders = await stage().collect('orders');
      await stage()
        .broker()
        .publish([event('order.paid'), event('order.last')]);
      await orders.count(2);
      expect(orders.ids()).toEqual(['order.paid', 'order.last']);
    });

    it('gives each queue a copy of its own', async () => {
      await stage()
        .broker()
        .publish([event('order.paid')]);
      const orders = await stage().collect('orders');
      await orders.count(1);
      await until(async () => expect((await stage().broker().depth('orders')).inFlight).toBe(0));
      expect(await stage().broker().depth('everything')).toMatchObject({ ready: 1 });
    });

    it('takes a message of the delay exchange to the queue that its key names', async () => {
      const work = await stage().collect('work');
      const frail = await stage().collect('frail');
      await stage()
        .broker()
        .publish([message('a', { exchange: 'delay', key: 'frail' }), message('b', { exchange: 'delay' })]);
      await frail.count(1);
      await work.count(1);
      expect([...frail.ids(), ...work.ids()]).toEqual(['a', 'b']);
    });
  });
