import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES, type ServiceName } from '@herald/harness';
import type { Fault } from '../fault.ts';

/**
 * ms that a process lives once it is ready: from "hardly begun" to "a little work done". A message that is cut off in eight lives running is a
 * dead letter, so on the whole there must be time to handle one.
 */
const LIFE = { min: 50, max: 2_500 };
/** A start that fails, say because the database does not answer in time, is made again, as an orchestrator would. */
const STARTS = 5;

/** SIGKILL at random instants, all four services side by side, while events come in and mails go out. */
export const kills: Fault = {
  name: 'kill -9 of every service',
  short: true,
  mayHide: true,
  // A mail server that takes its time, so that many kills fall between the mail and its record.
  inbox: { answerAfter: 15 },
  async run({ four, load, long, say }) {
    const each = long ? 50 : 3;
    let killed = 0;
    let failedStarts = 0;
    const killing = async (service: ServiceName): Promise<void> => {
      for (let n = 0; n < each; n += 1) {
        await pause(LIFE.min + Math.random() * (LIFE.max - LIFE.min));
        for (let start = 1; ; start += 1) {
          const why = await four.crash(service).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (why === undefined) break;
          failedStarts += 1;
          if (start === STARTS) throw why;
        }
        killed += 1;
        if (killed % 20 === 0) say(`  ${killed} kills, ${load.acknowledged} events acknowledged`);
      }
    };
    const pace = long ? { every: 4_000, atMost: 300 } : { every: 700, atMost: 72 };
    await load.during(pace, async () => {
      await Promise.all(SERVICES.map(killing));
    });
    const starts = failedStarts === 0 ? '' : `, ${failedStarts} starts that failed`;
    return { note: `${killed} kills, ${load.refused} requests refused${starts}` };
  },
};
