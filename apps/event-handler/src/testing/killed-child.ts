import { eventsMessages } from '@herald/contracts';
import { traitsEvent } from './fixtures.ts';
import { openTestProcess } from './process.ts';

/**
 * Publishes events as fast as it can, some of them twice, and prints the confirmed ids, until it is killed.
 */
const [, , dir = '', round = ''] = process.argv;
const { broker, service } = await openTestProcess(dir);
await service.start();
for (let n = 0; ; n += 40) {
  const events = Array.from({ length: 40 }, (_, index) =>
    traitsEvent({ n: n + index }, { id: `${round}-${n + index}`, stream: `prospect/p${(n + index) % 7}` }),
  );
  await broker.publish([...eventsMessages(events), ...eventsMessages(events.slice(0, 5))]);
  process.stdout.write(`${events.map(({ id }) => id).join(' ')}\n`);
}
