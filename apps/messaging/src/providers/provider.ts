import type { Channel, ProviderOutcome } from '@herald/domain';

/**
 * A message ready to leave. Each channel adds what its messages hold: see `channels/<channel>/message.ts`.
 */
export interface Outgoing {
  readonly channel: Channel;
  readonly messageId: string;
  /** Opaque; comes back with what the provider reports. Absent in a test, of which nothing is recorded. */
  readonly reference?: string;
}

/**
 * Hands messages of one channel to the world. The message id is the provider's reference too, wherever it has
 * a place for one.
 */
export interface Provider<M extends Outgoing = Outgoing> {
  readonly channel: M['channel'];
  /** Stands in settings, events and metrics. */
  readonly name: string;
  /** ms of wall time after which `send` has answered, whatever happens. A message's lease must outlast it. */
  readonly timeout: number;
  /**
   * Calls that can be under way at once. More would only wait, claimed, and be `unknown` after a crash
   * although they never left.
   */
  readonly connections: number;
  /** The sender of messages of workspaces that have set none. */
  readonly sender?: string | undefined;
  /** It reports opens and clicks by itself, so links stay unchanged. */
  readonly tracks?: boolean;
  /** A rejection counts as `unknown`: it may have left. */
  send(message: M): Promise<ProviderOutcome>;
  close(): Promise<void>;
}

/** The providers of each channel; a workspace's settings choose among them and order them. */
export type Providers = { readonly [C in Channel]?: readonly Provider[] };
