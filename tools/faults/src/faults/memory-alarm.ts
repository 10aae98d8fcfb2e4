import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Stage } from '../fault.ts';

/** A share of memory that is always used already, and the usual one. */
const LOW = '0.00001';
const USUAL = '0.4';

/**
 * The broker raises its memory alarm and takes nothing any more: ingest must say so, and go on by itself when
 * the alarm is over.
 */
export const memoryAlarm: Fault = {
  name: 'RabbitMQ takes nothing (memory alarm)',
  short: false,
  needs: ['node'],
  async run(stage) {
    const { node, load, long, say, check } = stage;
    const loading = load.send(long ? 120 : 36, long ? 20_000 : 6_000);
    await pause(1_500);
    await node().ctl(['set_vm_memory_high_watermark', LOW]);
    say('  the alarm is raised');
    try {
      const { slowest, refusals } = await probe(stage, long ? 15_000 : 4_000);
      check(refusals > 0, 'ingest refused nothing while the broker took nothing');
      check(slowest < 10_000, `ingest took ${Math.round(slowest)} ms to say no`);
    } finally {
      await node().ctl(['set_vm_memory_high_watermark', USUAL]);
      say('  the alarm is over');
    }
    await loading;
    return { note: `${load.refused} requests refused` };
  },
};

/** Asks ingest for `ms`: what is not taken must be refused with 503 and a time to come again. */
async function probe(
  { four, client, load, check }: Stage,
  ms: number,
): Promise<{ slowest: number; refusals: number }> {
  const until = performance.now() + ms;
  const accepted: string[] = [];
  let slowest = 0;
  let refusals = 0;
  for (let n = 0; performance.now() < until; n += 1) {
    const event = { id: `probe-${n}`, type: 'probe.sent', prospectId: 'probe' };
    const begun = performance.now();
    const answer = await client.send('POST', '/v1/events', JSON.stringify(event));
    slowest = Math.max(slowest, performance.now() - begun);
    if (answer.status === 202) accepted.push(event.id);
    else {
      refusals += 1;
      check(answer.status === 503, `ingest answered ${answer.status}, not 503`);
      check(answer.retryAfter !== undefined, 'a 503 without Retry-After');
    }
    await pause(250);
  }
  check((await fetch(`${four.base('ingest')}/openapi.json`)).ok, 'ingest answers nothing else any more');
  load.note([], accepted);
  return { slowest, refusals };
}
