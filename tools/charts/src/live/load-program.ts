import { setTimeout as pause } from 'node:timers/promises';

/**
 * Runs in a pod beside the services, as text: sends one event every `EVERY` ms, each on a connection of its
 * own, for `SECONDS` s. Then waits until the log has every event that was accepted. Its last line is JSON.
 */
const { INGEST_URL = '', EVENT_HANDLER_URL = '', API_KEY = '', SECONDS = '60', EVERY = '400' } = process.env;
const headers = {
  authorization: `Bearer ${API_KEY}`,
  'content-type': 'application/json',
  connection: 'close',
};

const accepted: string[] = [];
const refused: string[] = [];

async function send(id: string): Promise<void> {
  const body = JSON.stringify({ id, type: 'probe.sent', prospectId: 'herald-probe' });
  const options = { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) };
  try {
    const answer = await fetch(`${INGEST_URL}/v1/events`, options);
    await answer.body?.cancel();
    if (answer.status === 202) accepted.push(id);
    else refused.push(String(answer.status));
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    refused.push(cause instanceof Error ? cause.message : String(error));
  }
}

const inLog = async (id: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${EVENT_HANDLER_URL}/v1/events/${id}`, { headers });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
};

const end = performance.now() + Number(SECONDS) * 1000;
const sending: Promise<void>[] = [];
for (let n = 0; performance.now() < end; n += 1) {
  sending.push(send(`live-${process.pid}-${Date.now()}-${n}`));
  await pause(Number(EVERY));
}
await Promise.all(sending);

let missing = [...accepted];
for (const giveUp = performance.now() + 120_000; missing.length > 0 && performance.now() < giveUp; ) {
  const there = await Promise.all(missing.slice(0, 20).map(inLog));
  missing = [...missing.slice(0, 20).filter((_, index) => !there[index]), ...missing.slice(20)];
  if (there.includes(false)) await pause(500);
}
process.stdout.write(`${JSON.stringify({ accepted: accepted.length, refused, missing: missing.length })}\n`);
