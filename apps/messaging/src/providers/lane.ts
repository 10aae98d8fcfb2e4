import { type Channel, type ProviderOutcome, span } from '@herald/domain';
import { counted, createSeldom } from '@herald/log';
import type { ServiceDeps } from '@herald/process';
import { tracing } from '@herald/telemetry';
import type { MessagingMetrics } from '../metrics.ts';
import { createConcurrencyLimit, type LimitedRun } from './concurrency.ts';
import { createFailures, type Failure } from './failures.ts';
import { createGate, type Gate, type GatePolicy, type Shut } from './gate.ts';
import { createGates } from './gates.ts';
import { type LaneMeter, providerMeter } from './meter.ts';
import type { Outgoing, Provider } from './provider.ts';
import { codeOf, withoutServers } from './reason.ts';

/** One provider at work: the gates before it, and how many calls it takes at once. */
export interface Lane {
  readonly channel: Channel;
  readonly name: string;
  /** ms of wall time. */
  readonly timeout: number;
  /** It reports opens and clicks by itself. */
  readonly tracks: boolean;
  /**
   * The gate that a message must pass. Most providers have one for all messages. If each address is another
   * server, each address has one in each workspace.
   */
  gate(target: Target): Gate;
  /** Runs work when the provider can take one more call. */
  readonly whenFree: LimitedRun;
  /** The sender of messages of workspaces that have set none. */
  readonly sender: string | undefined;
  /**
   * Calls the provider, measures the call and logs a failure. Never rejects. The outcome names neither the
   * recipient nor the installation's own servers.
   */
  send(message: Outgoing, target: Target): Promise<ProviderOutcome>;
  /** Counts a message that went on to the next one. */
  failedOver(): void;
  /** Whose it is; absent: the installation's. */
  readonly account?: LaneAccount | undefined;
  /** Its status for a workspace. */
  view(workspace: string): ProviderView;
  close(): Promise<void>;
}

/** What a lane must know of a message. */
export interface Target {
  readonly workspace: string;
  /** The stream that its template or topic names. */
  readonly stream?: string | undefined;
  /** Where a webhook goes. */
  readonly url?: string | undefined;
}

/** The status of a provider for one workspace, as this replica sees it. */
export interface ProviderView {
  readonly provider: string;
  /** The kind of provider, where it is an account of the workspace. */
  readonly kind?: string;
  readonly shut?: Shut;
  /** Kept when it takes messages again. */
  readonly lastFailure?: Failure;
  /** The receivers of webhooks that are given none now. */
  readonly receivers?: readonly { readonly receiver: string; readonly shut: Shut }[];
}

/** Webhooks to one receiver at once: a slow one must not use up all connections. */
const RECEIVER_AT_ONCE = 8;

/** What a lane must know of its channel. */
export interface LaneTraits {
  /** Each address is another server, with a gate of its own in each workspace. */
  readonly isPerReceiver: boolean;
  /** A reason without the recipient. */
  readonly hideRecipient: ((reason: string, message: Outgoing) => string) | undefined;
  /** Whose it is. Default: the installation's. */
  readonly account?: LaneAccount;
  /** Default: that of a provider of the installation. */
  readonly meter?: LaneMeter;
}

/** The account of a workspace. */
interface LaneAccount {
  readonly workspace: string;
  /** The kind of provider. */
  readonly kind: string;
  /** A text without the account's secrets. */
  readonly hide: (text: string) => string;
}

export interface LaneDeps extends Pick<ServiceDeps, 'clock' | 'log'> {
  readonly metrics: MessagingMetrics;
  /** Replaces parts of the gates' policy; for tests. */
  readonly gates?: Partial<GatePolicy>;
}

export function createLane(provider: Provider, traits: LaneTraits, deps: LaneDeps): Lane {
  const { clock, log, metrics, gates = {} } = deps;
  const { channel, name, timeout } = provider;
  const { isPerReceiver, account, hideRecipient = (reason) => reason } = traits;
  const { meter = providerMeter(metrics, channel, name) } = traits;
  const labels = { channel, provider: name, ...(account && { workspace: account.workspace }) };
  const policy = { trial: timeout + 5 * span.SECOND, ...gates };
  const onChange = (shut: Shut | undefined): void => {
    meter.shut(shut !== undefined);
    if (shut === undefined) log.info(labels, 'a provider takes messages again');
    else
      log.warn({ ...labels, because: shut.because, reason: shut.reason }, 'a provider is given no messages');
  };
  const one = createGate({ clock, policy, onChange, ...(!account && { publicReason: codeOrHint }) });
  const perReceiver = createGates({ clock, policy: { atOnce: RECEIVER_AT_ONCE, ...policy } });
  const failures = createFailures(clock, { shared: !isPerReceiver && account === undefined });
  const seldom = createSeldom(clock);

  /**
   * With the provider's text and the names of servers: only the installation reads the log. The refusal of
   * one message is logged with the message.
   */
  const logFailure = (outcome: ProviderOutcome, workspace: string, receiver: string | undefined): void => {
    if (outcome.kind === 'sent' || outcome.kind === 'permanent') return;
    const { kind, reason } = outcome;
    const code = codeOf(reason);
    const count = seldom(`${kind} ${code} ${receiver === undefined ? '' : `${workspace} ${receiver}`}`);
    if (count === undefined) return;
    const where = receiver === undefined ? {} : { workspace, receiver };
    log.warn(
      { ...labels, ...where, outcome: kind, ...(code && { code }), reason, ...counted(count) },
      'a provider did not take a message',
    );
  };

  return {
    channel,
    name,
    timeout,
    tracks: provider.tracks === true,
    sender: provider.sender,
    failedOver: meter.failedOver,
    account,
    view(workspace) {
      const lastFailure = failures.last(workspace);
      const shut = isPerReceiver ? undefined : one.shut();
      const prefix = `${workspace} `;
      const receivers = perReceiver
        .shut(prefix)
        .map(({ key, shut }) => ({ receiver: key.slice(prefix.length), shut }));
      return {
        provider: name,
        ...(account && { kind: account.kind }),
        ...(shut && { shut }),
        ...(lastFailure && { lastFailure }),
        ...(isPerReceiver && { receivers }),
      };
    },
    gate: ({ workspace, url }) => (url === undefined ? one : perReceiver.of(`${workspace} ${originOf(url)}`)),
    whenFree: createConcurrencyLimit(provider.connections),
    close: () => provider.close(),
    async send(message, { workspace, url }) {
      if (message.channel !== channel) throw new Error(`${name} does not send ${message.channel}`);
      const started = performance.now();
      const attributes = {
        'herald.channel': channel,
        'herald.provider': name,
        'herald.message_id': message.messageId,
      };
      const outcome = await tracing().span(
        `send ${channel}`,
        { kind: 'client', attributes },
        async (span) => {
          const answer = await provider.send(message).catch(
            (error: unknown): ProviderOutcome => ({
              kind: 'unknown',
              // The error's text may quote the message.
              reason: `the provider failed: ${error instanceof Error ? error.name : typeof error}`,
            }),
          );
          span.set({ 'herald.outcome': answer.kind });
          return answer;
        },
      );
      meter.called(outcome.kind, performance.now() - started);
      if (outcome.kind === 'sent') return outcome;
      const receiver = url === undefined ? undefined : originOf(url);
      const hidden = hideRecipient(outcome.reason, message);
      const full = account === undefined ? hidden : account.hide(hidden);
      logFailure({ ...outcome, reason: full }, workspace, receiver);
      const seen = { ...outcome, reason: isPerReceiver ? full : withoutServers(full) };
      failures.note(workspace, seen, receiver);
      return seen;
    },
  };
}

/**
 * A provider's text is about one workspace's message, and all workspaces share its gate: only the code stays.
 */
const codeOrHint = (reason: string): string => codeOf(reason) ?? 'the messages that failed say why';

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);
