import { connect } from 'amqplib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ack, type Verdict } from '../../verdict.ts';
import { createLink } from '../link.ts';
import { createNames } from '../names.ts';
import { createNodes } from '../nodes.ts';
import { openRabbitBroker } from '../open.ts';
import { wallClock } from './harness.ts';
import { openProxy } from './proxy.ts';
import { message, messages, openTrial, topology, until, untilEmpty } from './trial.ts';

/** What amqplib says when it closes a channel. */
const CLOSES_A_CHANNEL = 'Goodbye';

/** Tests that run on any RabbitMQ. */
export const connections = (url: string) =>
  describe('a connection to RabbitMQ', () => {
    it('that is lost in the middle of a handler: the message comes again, to the same consumer', async () => {
      const { broker, proxy, collect } = await openTrial(url);
      const gate = Promise.withResolvers<void>();
      const seen = await collect(async ({ attempt }) => {
        if (attempt === 1) await gate.promise;
        return ack;
      });
      await broker.publish([message('a')]);
      await until(() => expect(seen).toHaveLength(1));
      proxy.reset();
      await until(() => expect(seen).toHaveLength(2));
      gate.resolve();
      expect(seen.map(({ id, attempt }) => [id, attempt])).toEqual([
        ['a', 1],
        ['a', 2],
      ]);
      await untilEmpty(broker);
    });

    it('that is lost again and again in the handler of a message makes it a dead letter', async () => {
      const { broker, proxy, collect } = await openTrial(url);
      const gate = Promise.withResolvers<Verdict>();
      // Also if it fails: the broker closes when its handlers are done.
      onTestFinished(() => gate.resolve(ack));
      const seen = await collect(() => gate.promise);
      await broker.publish([message('poison')]);
      for (let lives = 1; lives <= 3; lives += 1) {
        await until(() => expect(seen).toHaveLength(lives));
        proxy.reset();
      }
      await until(async () => expect((await broker.depth('work')).dead).toBe(1));
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      const { items } = await broker.deadLetters('work', { limit: 1 });
      expect(items).toMatchObject([{ id: 'poison', reason: expect.stringContaining('cut off 3 times') }]);
    });

    it('that is lost while a suspect is on its way here: the next connection goes on with it', async () => {
      const { broker, proxy, collect } = await openTrial(url);
      const gate = Promise.withResolvers<Verdict>();
      onTestFinished(() => gate.resolve(ack));
      const seen = await collect(() => gate.promise);
      await broker.publish([message('poison')]);
      await until(() => expect(seen).toHaveLength(1));
      proxy.reset();
      await until(() => expect(seen).toHaveLength(2));
      // The end of the frame that announces it: its routing key, and that no more wait.
      proxy.endBehind('work.suspects\0\0\0\0\xce');
      proxy.reset();
      await until(async () => expect((await broker.load('work')).dead).toBe(1));
      expect(seen).toHaveLength(2);
    });

    it('that is lost while its topology is declared comes back all the same', async () => {
      const { broker, proxy } = await openTrial(url);
      proxy.reset();
      proxy.endBehind(CLOSES_A_CHANNEL);
      await until(() => broker.publish([message('a')]));
      await until(() => broker.ping());
    });

    it('that is lost while a consumer or a subscriber stops lets it stop', async () => {
      const { broker, proxy } = await openTrial(url);
      const consume = () => broker.consume('work', { prefetch: 1 }, async () => ack);
      const subscribe = () =>
        broker.subscribe(
          'changes',
          () => {},
          () => {},
        );
      for (const start of [consume, subscribe]) {
        await until(() => broker.ping());
        const started = await start();
        proxy.endBehind(CLOSES_A_CHANNEL);
        await started.stop();
      }
    });

    it('that is lost while it closes lets the broker close', async () => {
      const { broker, proxy } = await openTrial(url);
      proxy.endBehind(CLOSES_A_CHANNEL);
      await broker.close();
    });

    it('that is lost rejects what is not confirmed, and comes back', async () => {
      const { broker, proxy, collect } = await openTrial(url);
      const published = messages(50).map((one) => broker.publish([one]));
      const outcomes = Promise.allSettled(published);
      proxy.reset();
      const settled = await outcomes;
      expect(settled.some(({ status }) => status === 'rejected')).toBe(true);
      await until(() => broker.publish([message('later')]));
      const seen = await collect();
      await until(() => expect(seen.map(({ id }) => id)).toContain('later'));
      const confirmed = messages(50).filter((_, n) => settled[n]?.status === 'fulfilled');
      expect(seen.map(({ id }) => id)).toEqual(expect.arrayContaining(confirmed.map(({ id }) => id)));
    });

    it('that is lost does not fail a publish to subscribers: it is sent on the next', async () => {
      const { broker, proxy } = await openTrial(url);
      const change = message('now', { exchange: 'changes' });
      const published = broker.publish([change]);
      proxy.reset();
      await published;
      await broker.publish([change]);
    });

    it('of a subscriber that is killed fails nobody who publishes', async () => {
      const { broker, prefix } = await openTrial(url);
      const change = message('now', { exchange: 'changes' });
      for (let round = 0; round < 5; round += 1) {
        const listener = await openTrial(url, { prefix });
        await listener.broker.subscribe(
          'changes',
          () => {},
          () => {},
        );
        listener.proxy.reset();
        for (let n = 0; n < 50; n += 1) await broker.publish([change]);
      }
    });

    it('that is down fails publishing, asking and readiness at once, and closing ends all the same', async () => {
      const { broker, proxy } = await openTrial(url);
      await proxy.cut();
      await until(async () => expect(broker.ping()).rejects.toThrow('no connection'));
      const started = performance.now();
      await expect(broker.publish([message('a')])).rejects.toThrow('no connection');
      await expect(broker.depth('work')).rejects.toThrow('no connection');
      expect(performance.now() - started).toBeLessThan(1000);
      await broker.close();
    });

    it('is made to the next node of the cluster if one does not answer, which is reported', async () => {
      const faults: string[] = [];
      const options = { random: () => 0, fault: ({ message }: Error) => faults.push(message) };
      const nodes = createNodes(`amqp://127.0.0.1:1,${url}`, options);
      const model = await nodes.connect('test');
      await model.close();
      expect(faults).toEqual([expect.stringMatching(/^127\.0\.0\.1:1 does not answer.*ECONNREFUSED/)]);
      const nobody = createNodes('amqp://127.0.0.1:1,127.0.0.1:2', options);
      await expect(nobody.connect('test')).rejects.toThrow('ECONNREFUSED');
    });

    it('that is lost goes on at another node of the cluster', async () => {
      const [one, other] = [await openProxy(url), await openProxy(url)];
      onTestFinished(other.cut);
      const { broker, collect } = await openTrial(url, { url: `${one.url},${other.url}` });
      const seen = await collect();
      await one.cut();
      await until(() => broker.publish([message('a')]));
      await until(() => expect(seen.map(({ id }) => id)).toContain('a'));
      await untilEmpty(broker);
    });

    it('of a consumer that stops again and again: what it only fetched has used up no attempt', async () => {
      const { broker, collect } = await openTrial(url);
      await broker.publish([message('a')]);
      for (let round = 0; round < 4; round += 1) {
        const batch = { size: 2, wait: 600_000, prefetch: 2 };
        const consumer = await broker.consumeBatch('work', batch, async () => [ack, ack]);
        await until(async () => expect((await broker.load('work')).inFlight).toBe(1));
        await consumer.stop();
      }
      const seen = await collect();
      await until(() => expect(seen.map(({ id, attempt }) => [id, attempt])).toEqual([['a', 1]]));
      await untilEmpty(broker);
      expect((await broker.load('work')).dead).toBe(0);
    });

    it('declares everything anew when it comes back', async () => {
      const { broker, proxy, prefix, collect } = await openTrial(url);
      const seen = await collect();
      const names = createNames(prefix);
      const model = await connect(url);
      const channel = await model.createChannel();
      await channel.deleteExchange(names.own('jobs'));
      await channel.deleteQueue(names.dead('work'));
      // The consumer gets word that its queue is gone; everything follows from that.
      await channel.deleteQueue(names.own('work'));
      await model.close();
      proxy.reset();
      await until(() => broker.publish([message('a')]));
      await until(() => expect(seen.map(({ id }) => id)).toContain('a'));
      await untilEmpty(broker);
    });

    it('warns subscribers that they may have missed something, and then goes on', async () => {
      const { broker, proxy } = await openTrial(url);
      const heard: unknown[] = [];
      await broker.subscribe(
        'changes',
        (body) => heard.push(body),
        () => heard.push('gap'),
      );
      const change = (body: string) => message(body, { exchange: 'changes', body });
      await broker.publish([change('one')]);
      await until(() => expect(heard).toEqual(['one']));
      proxy.reset();
      await until(() => expect(heard).toEqual(['one', 'gap']));
      await until(() => broker.publish([change('two')]));
      await until(() => expect(heard).toEqual(['one', 'gap', 'two']));
    });

    it('of which a part ends while the rest is set up is replaced', async () => {
      const seen: string[] = [];
      const link = createLink({
        nodes: createNodes(url),
        name: 'test',
        setUpTime: 10_000,
        async up() {
          seen.push('up');
          if (seen.length === 1) link.renew(new Error('RabbitMQ closed a channel'));
        },
        down: ({ message }) => seen.push(message),
        fault: () => {},
      });
      onTestFinished(() => link.close());
      await link.open(20_000);
      expect(seen).toEqual(['up', 'RabbitMQ closed a channel', 'up']);
    });

    it('with wrong credentials is refused at once', async () => {
      const wrong = new URL(url);
      wrong.password = 'wrong';
      const opening = openRabbitBroker({ url: wrong.href, topology, clock: wallClock, openTimeout: 600_000 });
      await expect(opening).rejects.toThrow(/403|ACCESS/);
      await expect(opening).rejects.not.toThrow('wrong@');
    });

    it('to a queue with other properties is refused at once', async () => {
      const { prefix } = await openTrial(url);
      const model = await connect(url);
      const channel = await model.createChannel();
      const { dead } = createNames(prefix);
      await channel.deleteQueue(dead('work'));
      await channel.assertQueue(dead('work'), { durable: true });
      await model.close();
      const opening = openRabbitBroker({ url, topology, clock: wallClock, prefix, openTimeout: 600_000 });
      await expect(opening).rejects.toThrow('PRECONDITION_FAILED');
    });

    it('that nobody answers is given up after its time', async () => {
      const nobody = 'amqp://127.0.0.1:1';
      const opening = openRabbitBroker({ url: nobody, topology, clock: wallClock, openTimeout: 300 });
      await expect(opening).rejects.toThrow('ECONNREFUSED');
    });

    it('takes a foreign message that is no JSON for a dead letter, and the next one comes', async () => {
      const { broker, prefix, collect } = await openTrial(url);
      const model = await connect(url);
      const channel = await model.createConfirmChannel();
      channel.publish(createNames(prefix).own('jobs'), 'work', Buffer.from('{"half": '));
      await channel.waitForConfirms();
      await model.close();
      const seen = await collect();
      await broker.publish([message('a')]);
      await until(() => expect(seen.map(({ id }) => id)).toEqual(['a']));
      await until(async () => expect((await broker.depth('work')).dead).toBe(1));
      const { items } = await broker.deadLetters('work', { limit: 1 });
      expect(items).toMatchObject([{ body: '{"half": ', key: 'work', reason: 'The body is no JSON' }]);
    });

    it('shows the same dead letters however often and by however many they are looked at', async () => {
      const { broker, collect } = await openTrial(url);
      await collect(() => ({ kind: 'drop', reason: 'no' }), 10);
      await broker.publish(messages(30));
      await until(async () => expect((await broker.depth('work')).dead).toBe(30));
      const list = async () => (await broker.deadLetters('work', { limit: 100 })).items.map(({ id }) => id);
      const first = await list();
      expect(first).toHaveLength(30);
      const again = await Promise.all(Array.from({ length: 25 }, list));
      expect(again).toEqual(Array.from({ length: 25 }, () => first));
    });
  });
