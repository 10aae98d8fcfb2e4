import { allFaults, openGround, printed, runFaults } from '@herald/faults';
import type { Candidate } from '@herald/rabbitmq-server';
import { describe, expect, test } from 'vitest';

const selection = allFaults.filter(({ short }) => short);

/** Declares a test for each of these: the short selection of faults, with the account of every message. */
export function testShortSelection(rabbits: readonly Candidate[]): void {
  describe.each(rabbits)('on RabbitMQ $version', ({ start }) => {
    test('the short selection of faults loses nothing and doubles nothing', { timeout: 1_500_000 }, async ({
      skip,
    }) => {
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
        expect(rows.filter(({ verdict }) => verdict === 'bad')).toEqual([]);
        expect(rows.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(0);
      } finally {
        await ground.stop();
      }
    });
  });
}
