import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Stage } from '../fault.ts';

const away = (
  name: string,
  short: boolean,
  { short: brief, long: lasting }: { short: number; long: number },
  take: (gate: ReturnType<Stage['gate']>) => void,
): Fault => ({
  name,
  short,
  needs: ['gate'],
  // A provider's answer that cannot be written down in time is an answer nobody has.
  mayHide: true,
  async run({ gate, load, long, say, check }) {
    const ms = long ? lasting : brief;
    const loading = load.send(long ? 120 : 36, ms + 4_000);
    await pause(2_000);
    take(gate());
    say(`  the database is out of reach for ${ms / 1000} s`);
    const before = load.acknowledged;
    await pause(ms);
    const meanwhile = load.acknowledged - before;
    gate().mend();
    await loading;
    check(meanwhile > 0, 'ingest accepted nothing while the database was away');
    return {
      note: `${ms / 1000} s; ${meanwhile} events accepted meanwhile, ${load.refused} requests refused`,
    };
  },
});

/** Connections are reset and refused, as when the server is gone. */
export const databaseAway = away('the database away', false, { short: 8_000, long: 60_000 }, (gate) =>
  gate.cut(),
);

/** Connections stay and nothing is answered, as when a network goes silent. */
export const databaseSilent = away('the database silent', false, { short: 8_000, long: 15_000 }, (gate) =>
  gate.hush(),
);
