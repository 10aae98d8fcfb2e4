import { atLeast, type Benchmark } from '../benchmark.ts';
import { baselineOnRabbit, ingestEmbedded, ingestOnRabbit } from '../measuring/ingest.ts';
import { median } from '../measuring/numbers.ts';

/** One event a request, beside a route that does nothing but publish. */
export const ingestOne: Benchmark = {
  name: 'ingest-one',
  what: 'one event per request, accepted per second',
  limit: 150,
  async run(ground) {
    const requests = ground.quick ? 1_000 : 10_000;
    const rounds = ground.quick ? 1 : 5;
    const figures = {
      ours: [] as number[],
      theirs: [] as number[],
      p99: [] as number[],
      ratios: [] as number[],
    };
    const sides = [await ingestOnRabbit(ground, 1), await baselineOnRabbit(ground)] as const;
    const [ours, theirs] = sides;
    await Promise.all(sides.map((side) => side.round(500)));
    for (let round = 0; round < rounds; round += 1) {
      const mine = await ours.round(requests);
      const other = await theirs.round(requests);
      figures.ours.push(mine.perSecond);
      figures.p99.push(mine.p99);
      figures.theirs.push(other.perSecond);
      figures.ratios.push(mine.perSecond / other.perSecond);
    }
    for (const side of sides) await side.stop();

    const embedded = await ingestEmbedded(ground, 1);
    await embedded.round(500);
    const inOne: number[] = [];
    for (let round = 0; round < Math.min(rounds, 3); round += 1)
      inOne.push((await embedded.round(requests)).perSecond);
    await embedded.stop();
    return {
      figures: [
        { what: 'ingest on RabbitMQ', value: median(figures.ours), unit: 'events/s' },
        { what: 'minimal route on RabbitMQ', value: median(figures.theirs), unit: 'events/s' },
        atLeast('ratio, median of the rounds', median(figures.ratios), '', 0.9),
        { what: 'ingest on RabbitMQ, answer p99', value: median(figures.p99), unit: 'ms' },
        { what: 'embedded, accepted', value: median(inOne), unit: 'events/s' },
        { what: 'embedded, into the log', value: median(embedded.intoLog.slice(1)), unit: 'events/s' },
      ],
      delivery: 'every accepted event was in the queue once (RabbitMQ), in the log once (embedded)',
      notes: [`ratios: ${figures.ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`],
    };
  },
};
