import type { Clock, Instant, ProviderOutcome } from '@herald/domain';
import { codeOf } from './reason.ts';

/** A provider's last failed call, as a workspace may see it. */
export interface Failure {
  readonly at: Instant;
  readonly outcome: Exclude<ProviderOutcome['kind'], 'sent'>;
  /** Its status, or the system's code. */
  readonly code?: string;
  /** What it answered; only where the message was the workspace's own. */
  readonly reason?: string;
  /** The server of a webhook. */
  readonly receiver?: string;
}

/**
 * Remembers the last failures of one provider, even if later calls succeed. In memory: of this replica, since
 * its start.
 */
export interface Failures {
  note(workspace: string, outcome: ProviderOutcome, receiver?: string): void;
  /**
   * The workspace's own last failure. If it had none, and workspaces share the provider: the last of all,
   * without the answer's text, which is about another workspace's message.
   */
  last(workspace: string): Failure | undefined;
}

const MAX_WORKSPACES = 10_000;

export function createFailures(clock: Clock, { shared }: { readonly shared: boolean }): Failures {
  const own = new Map<string, Failure>();
  let latest: Failure | undefined;
  return {
    note(workspace, outcome, receiver) {
      if (outcome.kind === 'sent') return;
      const code = codeOf(outcome.reason);
      const failure = { at: clock.now(), outcome: outcome.kind, ...(code !== undefined && { code }) };
      if (shared) latest = failure;
      own.delete(workspace);
      own.set(workspace, { ...failure, reason: outcome.reason, ...(receiver && { receiver }) });
      const [oldest] = own.keys();
      if (own.size > MAX_WORKSPACES && oldest !== undefined) own.delete(oldest);
    },
    last: (workspace) => own.get(workspace) ?? latest,
  };
}
