import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES, type ServiceName } from '@herald/harness';
import type { Fault } from '../fault.ts';

/** ms that a process lives once it is ready: from "hardly begun" to "a little work done". */
const LIFE = { min: 50, max: 2_500 };
/**
 * A start that fails, say because the database does not answer in time, is made again, as an orchestrator
 * would.
 */
const STARTS = 5;

/** SIGKILL at random instants, all four services side by side, while events come in and mails go out. */
export const kills: Fault = {
  name: 'kill -9 of every service',
  short: true,
  mayHide: true,
  // A mail server that takes its time, so that many kills fall between the mail and its record.
  inbox: { answerAfter: 15 },
  async run({ four, load, long, say }) {
    const each = long ? 50 : 2;
    // Load comes in by the kills, not by the clock: however slow the machine, there is something under way at
    // every one.
    const killsPerGroup = long ? 4 : 1;
    const groups: Promise<void>[] = [];
    let killed = 0;
    let failedStarts = 0;
    const crash = async (service: ServiceName): Promise<void> => {
      for (let start = 1; ; start += 1) {
        try {
          return await four.crash(service);
        } catch (error) {
          failedStarts += 1;
          if (start === STARTS) throw error;
        }
      }
    };
    const killing = async (service: ServiceName): Promise<void> => {
      for (let n = 0; n < each; n += 1) {
        if (killed % killsPerGroup === 0) groups.push(load.send(long ? 6 : 4, 0));
        killed += 1;
        await pause(LIFE.min + Math.random() * (LIFE.max - LIFE.min));
        await crash(service);
        if (killed % 20 === 0) say(`  ${killed} kills, ${load.acknowledged} events acknowledged`);
      }
    };
    await Promise.all(SERVICES.map(killing));
    await Promise.all(groups);
    const starts = failedStarts === 0 ? '' : `, ${failedStarts} starts that failed`;
    return { note: `${killed} kills, ${load.refused} requests refused${starts}` };
  },
};
