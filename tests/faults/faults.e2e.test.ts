import { allFaults, openGround, printed, runFaults } from '@herald/faults';
import { expect, test } from 'vitest';

const ground = await openGround();

if ('unavailable' in ground) {
  const why = `faults need MongoDB and RabbitMQ: ${ground.unavailable}`;
  test(why, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
    skip(why);
  });
} else {
  test('the short selection of faults loses nothing and doubles nothing', { timeout: 400_000 }, async () => {
    try {
      const faults = allFaults.filter(({ short }) => short);
      const rows = await runFaults({ ground, faults, long: false, say: () => {} });
      process.stdout.write(`${printed(rows)}\n`);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter(({ verdict }) => verdict === 'bad')).toEqual([]);
      expect(rows.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(0);
    } finally {
      await ground.stop();
    }
  });
}
