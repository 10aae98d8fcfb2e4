import type { MessageDocument } from '@herald/contracts';
import { afterAttempt, type Clock } from '@herald/domain';
import { TemplateError } from '@herald/templates';
import type { Attachments, HeldFiles } from '../attachments/index.ts';
import {
  FileLaterError,
  filesIn,
  hasFilesToFetch,
  type PlannedFile,
  refuseMissing,
} from '../channels/email/attachments.ts';
import type { HeldBack } from '../limits/ask-limits.ts';
import type { Lane } from '../providers/lane.ts';
import type { Compose } from '../templates/compose.ts';
import type { TemplateLibrary } from '../templates/library.ts';
import { because, type Check } from './check.ts';
import { gateShut } from './gate-shut.ts';
import { firstTry, retryPolicy } from './retry-policy.ts';

/**
 * Fetches the files that a message takes along: before it is claimed, so that none of it can make an outcome
 * unknown, before its limits are asked, and before it has a connection of the provider, which others need.
 * What happens instead where a file cannot be had.
 */
export type FetchFiles = (
  doc: MessageDocument,
  lane: Lane | undefined,
  /** The stream for which the lane was chosen. */
  stream: string | undefined,
) => Promise<HeldFiles | HeldBack>;

export interface FetchFilesDeps {
  readonly clock: Clock;
  readonly library: Pick<TemplateLibrary, 'latest'>;
  readonly check: Check;
  readonly compose: Pick<Compose, 'content' | 'unsubscribeLink'>;
  readonly attachments: Attachments;
}

export function createFetchFiles(deps: FetchFilesDeps): FetchFiles {
  const { clock, library, check, compose, attachments } = deps;

  /** The files; none where there are none to fetch, or the message does not leave anyway. */
  const planOf = async (
    doc: MessageDocument,
    lane: Lane | undefined,
    stream: string | undefined,
  ): Promise<readonly PlannedFile[]> => {
    const version = await library.latest(doc.workspace, doc.state.template);
    if (version === undefined || !hasFilesToFetch(version)) return [];
    const sendable = await check(doc, lane, stream);
    if ('outcome' in sendable || gateShut(doc, sendable.lane) !== undefined) return [];
    const { prospectId } = doc.state;
    const unsubscribe = compose.unsubscribeLink(sendable.version, { id: doc.id, prospectId });
    const { content } = await compose.content(sendable.version, { ...sendable.subject, unsubscribe });
    return filesIn(content);
  };

  const orInstead = async (work: () => Promise<HeldFiles>, doc: MessageDocument) => {
    try {
      return await work();
    } catch (error) {
      const instead = withoutFiles(doc, error, clock);
      if (instead === undefined) throw error;
      return instead;
    }
  };

  return (doc, lane, stream) =>
    orInstead(async () => {
      const planned = await planOf(doc, lane, stream);
      const held = await attachments.fetch(doc.workspace, planned);
      try {
        refuseMissing(planned, held.fetched, doc.tries?.count ?? 0);
        return held;
      } catch (error) {
        held.release();
        throw error;
      }
    }, doc);
}

/** What happens to a message whose files cannot be had; undefined: the error is about something else. */
export function withoutFiles(doc: MessageDocument, error: unknown, clock: Clock): HeldBack | undefined {
  if (error instanceof TemplateError)
    return { transition: because('failed', `template_error: ${error.message}`) };
  if (!(error instanceof FileLaterError)) return undefined;
  const { channel, attempts } = doc.state;
  const tries = doc.tries ?? firstTry(clock, channel);
  const outcome = { kind: 'temporary', reason: `attachment: ${error.message}` } as const;
  const options = {
    policy: retryPolicy(clock, channel),
    tries,
    retryAfter: 0,
    comeBack: 0,
    now: clock.now(),
  };
  const { facts, ...transition } = afterAttempt(doc.state, outcome, options);
  // No provider was called.
  return {
    transition: { ...transition, facts: { ...facts, attempts } },
    tries: { ...tries, count: tries.count + 1 },
  };
}
