import type { StoredEvent } from '@herald/domain';
import type { EventLog } from '@herald/store';

/**
 * What is wrong with the order of the log: streams that do not count 1, 2, 3 …, and ids that are there twice.
 */
export async function faultsOfLog(
  log: Pick<EventLog, 'scan'>,
): Promise<{ events: number; faults: string[] }> {
  const positions = new Map<string, number[]>();
  const ids = new Set<string>();
  const faults: string[] = [];
  let events = 0;
  const note = ({ workspace, stream, id, seq }: StoredEvent): void => {
    events += 1;
    const key = `${workspace} ${id}`;
    if (ids.has(key)) faults.push(`event ${id} is in the log twice`);
    ids.add(key);
    const name = `${workspace} ${stream}`;
    positions.set(name, [...(positions.get(name) ?? []), seq]);
  };
  for await (const batch of log.scan()) batch.forEach(note);
  for (const [stream, taken] of positions) {
    taken.sort((one, other) => one - other);
    const wrong = taken.findIndex((seq, index) => seq !== index + 1);
    if (wrong >= 0) faults.push(`${stream}: position ${taken[wrong]} where ${wrong + 1} belongs`);
  }
  return { events, faults };
}
