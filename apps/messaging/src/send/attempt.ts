import type { MessageDocument } from '@herald/contracts';
import type { Lanes } from '../channels/lanes.ts';
import type { HeldBack } from '../limits/ask-limits.ts';
import type { Hold } from '../limits/hold.ts';
import type { Waitlists } from '../limits/waitlists.ts';
import type { Lane, Target } from '../providers/lane.ts';
import type { Call, Dispatch } from './dispatch.ts';
import type { FetchFiles } from './fetch-files.ts';
import { targetOf } from './gate-shut.ts';
import type { Prepare } from './prepare.ts';
import type { RecordOutcome } from './record-outcome.ts';
import type { RunOrder } from './run-order.ts';
import type { Transitions } from './transitions.ts';

/**
 * Sends a message that is due and that nobody is sending, or records why not. Of several callers at once, one
 * does it. `waited`: where it has waited for its turn.
 */
export type Attempt = (doc: MessageDocument, waited?: Hold) => Promise<void>;

export interface AttemptDeps {
  readonly runOrder: Pick<RunOrder, 'pass'>;
  /** The stream that the message's template or topic names. */
  readonly streamOf: (doc: MessageDocument) => Promise<string | undefined>;
  readonly lanes: Pick<Lanes, 'of' | 'choose'>;
  readonly fetchFiles: FetchFiles;
  readonly prepare: Prepare;
  readonly dispatch: Dispatch;
  readonly recordOutcome: RecordOutcome;
  readonly transitions: Pick<Transitions, 'record'>;
  /** Called when a message begins to wait, after it was written. */
  readonly wake: Waitlists['wake'];
  /** Whether the service is stopping: nothing new begins. */
  readonly isStopping: () => boolean;
}

/** The service stops before the message was claimed: it is unchanged, and is delivered again. */
export class StoppingError extends Error {
  constructor() {
    super('stopping');
  }
}

export function createAttempt(deps: AttemptDeps): Attempt {
  const { runOrder, lanes, fetchFiles, prepare, dispatch, recordOutcome, transitions, isStopping } = deps;

  const holdBack = async (
    doc: MessageDocument,
    { transition, hold, tries = doc.tries }: HeldBack,
  ): Promise<void> => {
    const { request: _gone, ...withoutRequest } = doc;
    const kept = transition.facts?.reason === 'erased' ? withoutRequest : doc;
    const recorded = await transitions.record(kept, transition, tries, hold);
    if (recorded !== undefined && hold !== undefined) await deps.wake(doc.workspace, hold.waitlist);
  };

  /** Whether, while it waited for a connection, neither its stream nor the lane's account has changed. */
  const isCurrent = async (doc: MessageDocument, lane: Lane | undefined, target: Target): Promise<boolean> =>
    target.stream === (await deps.streamOf(doc)) &&
    (lane?.account === undefined || lanes.of(doc.state.channel, target).includes(lane));

  /** `left`: how often another lane may still be chosen. */
  const send = async (doc: MessageDocument, waited: Hold | undefined, left: number): Promise<void> => {
    const target = { ...targetOf(doc), stream: await deps.streamOf(doc) };
    const lane = lanes.choose(doc.state.channel, target, doc.tries?.without);
    let isOutdated = false;
    if (isStopping()) throw new StoppingError();
    const files = await fetchFiles(doc, lane, target.stream);
    if ('transition' in files) return holdBack(doc, files);
    // While the provider has a free connection: the checks are fresh, and what only waits is not claimed.
    const leave = async (): Promise<Call | undefined> => {
      // Before anything is read: with a slow store, a stop cannot wait for everybody in the queue.
      if (isStopping()) throw new StoppingError();
      isOutdated = left > 0 && !(await isCurrent(doc, lane, target));
      if (isOutdated) return undefined;
      const ready = await prepare(doc, { lane, target, waited, files });
      if ('transition' in ready) {
        await holdBack(doc, ready);
        return undefined;
      }
      if (isStopping()) throw new StoppingError();
      return dispatch(doc, ready);
    };
    const leaving = lane === undefined ? leave() : lane.whenFree(doc.workspace, leave);
    const call = await leaving.finally(() => files.release());
    if (call !== undefined) await recordOutcome(call);
    else if (isOutdated) await send(doc, waited, left - 1);
  };

  return async (wanted, waited) => {
    // First: what waits for another message uses up no limit and takes nobody's connection.
    const doc = await runOrder.pass(wanted, waited);
    if (doc === undefined) return;
    await send(doc, waited, TRIES);
  };
}

/** An account that changes all the time is used as it was. */
const TRIES = 5;
