import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../fault.ts';

/** ms: longer than the lease of a call (16 s here), and than the broker waits for a sign of life. */
const FROZEN = 24_000;

/**
 * One of two replicas of messaging stops in the middle of its calls, and goes on when others have long since
 * taken over.
 */
export const frozenReplica: Fault = {
  name: 'a replica of messaging frozen past its lease',
  short: false,
  mayHide: true,
  // Slow, so that it is stopped with calls under way.
  inbox: { answerAfter: 150 },
  async run({ replica, load, say, check, inbox }) {
    const second = await replica('messaging');
    const loading = load.send(90, 6_000);
    await pause(2_500);
    second.signal('SIGSTOP');
    say('  the replica is frozen');
    await loading;
    await pause(FROZEN);
    const before = inbox.mails.length;
    second.signal('SIGCONT');
    say('  the replica goes on');
    // What it does now, it does with the leases of a time gone by.
    await pause(10_000);
    await second.leave();
    check(before > 0, 'no mail at all');
    return { note: `frozen for ${FROZEN / 1000} s or more` };
  },
};
