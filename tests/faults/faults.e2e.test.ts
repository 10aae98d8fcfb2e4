import { allFaults, isBad, openGround, printed, runFaults } from '@herald/faults';
import { rabbitsForTests } from '@herald/rabbitmq-server';
import { test } from 'vitest';

const selection = allFaults.filter(({ short }) => short);

// One RabbitMQ beside the other; on each, one fault after the other.
test.concurrent.for(await rabbitsForTests())(
  'on RabbitMQ $version the short selection of faults loses nothing and doubles nothing',
  { timeout: 1_500_000 },
  async ({ start }, { expect, skip }) => {
    const ground = await openGround(start);
    if ('unavailable' in ground) {
      const why = `faults need MongoDB and RabbitMQ: ${ground.unavailable}`;
      if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
      return skip(why);
    }
    try {
      const rows = await runFaults({ ground, faults: selection, long: false, say: () => {} });
      process.stdout.write(`RabbitMQ ${ground.rabbit.version}\n${printed(rows)}\n`);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter(isBad)).toEqual([]);
      expect(rows.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(0);
    } finally {
      await ground.stop();
    }
  },
);
