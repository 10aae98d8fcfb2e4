import type { Locality } from '../language/helpers.ts';
import type { Checked, PartFault, PlainSources, Rendered, TemplateSources } from './parts.ts';

/** What the main thread asks of the rendering thread, one thing at a time. */
export type ThreadRequest =
  | { readonly kind: 'check'; readonly sources: TemplateSources; readonly plain: PlainSources }
  | {
      readonly kind: 'render';
      readonly sources: TemplateSources;
      readonly data: Readonly<Record<string, unknown>>;
      readonly locality: Locality;
      readonly limit: number;
    }
  | {
      readonly kind: 'plain';
      readonly plain: PlainSources;
      readonly data: Readonly<Record<string, unknown>>;
      readonly locality: Locality;
      readonly limit: number;
    };

export type ThreadAnswer =
  | ({ readonly kind: 'checked' } & Checked)
  | { readonly kind: 'rendered'; readonly rendered: Rendered }
  | { readonly kind: 'plain'; readonly texts: Readonly<Record<string, string>> }
  | { readonly kind: 'fault'; readonly fault: PartFault };

/** A thread's messages: first that it is ready, without an answer; then one answer to each request. */
export interface ThreadMessage {
  readonly answer?: ThreadAnswer;
  /** ms of processor time that the thread has used so far. */
  readonly used: number;
}
