import { type Answer, type Client, faultsOf } from '@herald/harness';
import type { EventLine } from '../files/events-file.ts';
import type { Delivery } from '../files/github.ts';
import type { Deed } from '../outside/deeds.ts';
import type { Pace } from './pace.ts';

/** Something that reaches Herald from outside. */
export type Act =
  | ({ readonly kind: 'event'; readonly api: Client } & EventLine)
  | ({ readonly kind: 'hook'; readonly hooks: Client; readonly workspace: string } & Delivery)
  | ({ readonly kind: 'deed' } & Deed);

/** A request that Herald refused, and why. */
export interface Refused {
  /** `events.jsonl:12`, or the webhook. */
  readonly what: string;
  readonly file?: string;
  readonly line?: number;
  readonly status: number;
  readonly reasons: readonly string[];
}

export interface Played {
  /** Ids of the accepted events, each once, in order of arrival. */
  readonly accepted: ReadonlySet<string>;
  /** How many events came that had been accepted before. */
  readonly duplicates: number;
  /** How many webhooks the source's map skipped. */
  readonly skipped: number;
  readonly refused: readonly Refused[];
  /** The most ms, on Herald's clock, by which an act was sent late. */
  readonly behind: number;
}

/** Merges lists of acts by time. Acts of one list keep their order. */
export const inOrder = (...sides: readonly (readonly Act[])[]): Act[] =>
  sides.flat().sort((a, b) => a.arrives - b.arrives);

/** Sends each act when the clock reaches it, one after another. Gives the result. */
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
    // An act without a time of its own cannot be late.
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
