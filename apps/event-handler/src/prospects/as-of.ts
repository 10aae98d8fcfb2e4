import { evolveProspect, type Instant, initialProspect, type ProspectState, streamOf } from '@herald/domain';
import type { EventLog } from '@herald/store';
import { readStream } from '../log/read-stream.ts';

/**
 * What was known about a prospect at an instant: the fold of the events received by then. So the answer
 * explains what was decided then, and no late arrival changes it; only an erasure does. Undefined: nothing
 * was known.
 */
export async function prospectAsOf(
  log: EventLog,
  workspace: string,
  id: string,
  at: Instant,
): Promise<ProspectState | undefined> {
  let state: ProspectState | undefined;
  const query = { workspace, stream: streamOf('prospect', id), receivedUntil: at };
  for await (const page of readStream(log, query)) {
    for (const event of page) state = evolveProspect(state ?? initialProspect(id), event);
  }
  return state;
}
