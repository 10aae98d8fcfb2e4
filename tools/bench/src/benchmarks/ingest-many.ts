import { atLeast, type Benchmark } from '../benchmark.ts';
import { ingestEmbedded, ingestOnRabbit } from '../measuring/ingest.ts';
import { median } from '../measuring/numbers.ts';

/** A hundred events a request. */
export const ingestMany: Benchmark = {
  name: 'ingest-many',
  what: '100 events per request, accepted per second',
  limit: 150,
  async run(ground) {
    const requests = ground.quick ? 50 : 2_000;
    const rounds = ground.quick ? 1 : 3;
    const onRabbit: number[] = [];
    const ours = await ingestOnRabbit(ground, 100);
    await ours.round(50);
    for (let round = 0; round < rounds; round += 1) onRabbit.push((await ours.round(requests)).perSecond);
    await ours.stop();

    const embedded = await ingestEmbedded(ground, 100);
    await embedded.round(10);
    const inOne: number[] = [];
    for (let round = 0; round < rounds; round += 1)
      inOne.push((await embedded.round(requests / 2)).perSecond);
    await embedded.stop();
    return {
      figures: [
        atLeast('ingest on RabbitMQ', median(onRabbit), 'events/s', 100_000),
        { what: 'embedded, accepted', value: median(inOne), unit: 'events/s' },
        { what: 'embedded, into the log', value: median(embedded.intoLog.slice(1)), unit: 'events/s' },
      ],
      delivery: 'every accepted event was in the queue once (RabbitMQ), in the log once (embedded)',
    };
  },
};
