import { upcast } from '@herald/domain';
import type { EventLog } from '@herald/store';
import { readStream } from '../log/read-stream.ts';
import { type FoldedStream, foldStream, type StreamFold } from './fold.ts';

/** Streams are grouped up to so many events; a longer one stands alone. */
const EVENTS_AT_ONCE = 2_000;

export interface FoldedPart {
  readonly streams: readonly FoldedStream[];
  readonly events: number;
}

/** The whole log, each stream folded, in groups of a few streams. */
export async function* foldLog(log: EventLog): AsyncGenerator<FoldedPart> {
  let open: { readonly key: string; readonly fold: StreamFold } | undefined;
  let streams: FoldedStream[] = [];
  let events = 0;
  for await (const batch of log.scan()) {
    for (const event of batch.map(upcast)) {
      const key = `${event.workspace} ${event.stream}`;
      if (open?.key !== key) {
        if (open !== undefined) streams.push(open.fold.result());
        if (events >= EVENTS_AT_ONCE) {
          yield { streams, events };
          streams = [];
          events = 0;
        }
        open = { key, fold: foldStream(event.workspace, event.stream) };
      }
      open.fold.add(event);
      events += 1;
    }
  }
  if (open !== undefined) yield { streams: [...streams, open.fold.result()], events };
}

/** One stream, folded as it is now. */
export async function foldOne(log: EventLog, workspace: string, stream: string): Promise<FoldedStream> {
  const fold = foldStream(workspace, stream);
  for await (const page of readStream(log, { workspace, stream })) {
    for (const event of page) fold.add(event);
  }
  return fold.result();
}
