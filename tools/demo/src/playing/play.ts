import { type Answer, type Client, faultsOf } from '@herald/harness';
import type { EventLine } from '../files/events-file.ts';
import type { Delivery } from '../files/github.ts';
import type { Deed } from '../outside/deeds.ts';
import type { Pace } from './pace.ts';

/** What happens to Herald from outside, in the order in which it does. */
export type Act =
  | ({ readonly kind: 'event'; readonly api: Client } & EventLine)
  | ({ readonly kind: 'hook'; readonly hooks: Client; readonly workspace: string } & Delivery)
  | ({ readonly kind: 'deed' } & Deed);

/** A request that Herald did not take, and why. */
export interface Refused {
  /** `events.jsonl:12`, or the webhook. */
  readonly what: string;
  readonly file?: string;
  readonly line?: number;
  readonly status: number;
  readonly reasons: readonly string[];
}

export interface Played {
  /** Ids of the events that Herald took, each once, in the order of arrival. */
  readonly accepted: ReadonlySet<string>;
  /** How often an event came that had been taken before. */
  readonly duplicates: number;
  /** Webhooks that the source's map passes over. */
  readonly skipped: number;
  readonly refused: readonly Refused[];
  /** ms of the clock by which the latest of all was sent later than it should have been. */
  readonly behind: number;
}

/** Merges what arrives from several sides by its time; what comes from one side keeps its order. */
export const inOrder = (...sides: readonly (readonly Act[])[]): Act[] =>
  sides.flat().sort((a, b) => a.arrives - b.arrives);

/** Sends each act when the clock reaches it, one after another, and says what came of them. */
export async function play(
  acts: readonly Act[],
  pace: Pace,
  onProgress: (done: number) => void,
): Promise<Played> {
  const accepted = new Set<string>();
  const refused: Refused[] = [];
  let duplicates = 0;
  let skipped = 0;
  let behind = 0;
  for (const [index, act] of acts.entries()) {
    await pace.until(act.arrives);
    // What arrives at no time of its own cannot be late.
    if (act.arrives > 0) behind = Math.max(behind, pace.now() - act.arrives);
    const answer = await perform(act);
    if (answer.ok) {
      const { ids } = answer.body as { ids?: string[] };
      if (act.kind === 'hook' && (ids === undefined || ids.length === 0)) skipped += 1;
      for (const id of ids ?? []) {
        if (accepted.has(id)) duplicates += 1;
        accepted.add(id);
      }
    } else {
      const place = act.kind === 'event' ? { file: act.file, line: act.line } : {};
      const reasons = faultsOf(answer).map(({ path, message }) => `${path} ${message}`.trim());
      refused.push({ what: whatOf(act), ...place, status: answer.status, reasons });
    }
    onProgress(index + 1);
  }
  return { accepted, duplicates, skipped, refused, behind };
}

function whatOf(act: Act): string {
  if (act.kind === 'event') return `${act.file}:${act.line}`;
  return act.kind === 'hook' ? `webhook ${act.about}` : act.about;
}

function perform(act: Act): Promise<Answer> {
  switch (act.kind) {
    case 'event':
      return act.api.send('POST', '/v1/events', act.text);
    case 'hook':
      return act.hooks.send('POST', `/hooks/${act.workspace}/${act.source}`, act.body, act.headers);
    case 'deed':
      return act.perform();
    default: {
      const unknown: never = act;
      return unknown;
    }
  }
}
