import { type Channel, type ProviderOutcome, span } from '@herald/domain';
import { counted, createSeldom } from '@herald/log';
import type { ServiceDeps } from '@herald/process';
import { tracing } from '@herald/telemetry';
import type { MessagingMetrics } from '../metrics.ts';
import { createFailures, type Failure } from './failures.ts';
import { createGate, type Gate, type GatePolicy, type Shut } from './gate.ts';
import { createGates } from './gates.ts';
import { isOf, type OutgoingMessage, type Provider, type Providers } from './provider.ts';
import { codeOf, withoutRecipient, withoutServers } from './reason.ts';
import { createTurns, type InTurn } from './turns.ts';

/** One provider at work: what stands before it, and how many calls it takes at once. */
export interface Lane {
  readonly channel: Channel;
  readonly name: string;
  /** ms of wall time. */
  readonly timeout: number;
  /** It reports opens and clicks by itself. */
  readonly tracks: boolean;
  /**
   * What a message must pass. Most providers have one for all; a webhook has one for each receiver of each
   * workspace.
   */
  gate(target: Target): Gate;
  /** Runs `work` when the provider can take one more call. */
  readonly inTurn: InTurn;
  /** What messages come from where a workspace has set nothing. */
  readonly sender: string | undefined;
  /**
   * Calls the provider, measures it and logs a failure. Never rejects. What it gives back names neither the
   * recipient nor the installation's own servers.
   */
  send(message: OutgoingMessage, target: Target): Promise<ProviderOutcome>;
  /** How it stands for a workspace. */
  view(workspace: string): ProviderView;
  close(): Promise<void>;
}

/** Whom a message is for, as far as a gate must know. */
export interface Target {
  readonly workspace: string;
  /** Where a webhook goes. */
  readonly url?: string | undefined;
}

/** How a provider stands for one workspace, as this replica sees it. */
export interface ProviderView {
  readonly provider: string;
  readonly shut?: Shut;
  /** Kept when it takes messages again. */
  readonly lastFailure?: Failure;
  /** The receivers of webhooks that are given none now. */
  readonly receivers?: readonly { readonly receiver: string; readonly shut: Shut }[];
}

/** The providers of the installation, as each workspace orders them. */
export interface Channels {
  /** The providers of a channel in the order in which they are tried; empty where nothing sends it. */
  lanes(channel: Channel, workspace: string): readonly Lane[];
  /**
   * The first that takes messages now, of those that are not `without`; where none does, the one that opens
   * first. Undefined where nothing sends the channel.
   */
  choose(channel: Channel, target: Target, without?: readonly string[]): Lane | undefined;
  /** Whether one of them takes messages now, of those that are not `without`. */
  another(channel: Channel, target: Target, without: readonly string[]): Lane | undefined;
  close(): Promise<void>;
}

export interface ChannelsDeps extends Pick<ServiceDeps, 'clock' | 'log'> {
  readonly metrics: MessagingMetrics;
  readonly providers: Providers;
  /** The names a workspace has chosen, in order; undefined: as the installation orders them. */
  readonly chosen: (workspace: string, channel: Channel) => readonly string[] | undefined;
  /** Stands in for what gates do by themselves; for tests. */
  readonly gates?: Partial<GatePolicy>;
}

/** Counted from 0: the first failure of a provider must be seen as one. */
const OUTCOMES = [
  'sent',
  'temporary',
  'throttled',
  'credentials',
  'permanent',
  'unknown',
] as const satisfies readonly ProviderOutcome['kind'][];

/** Webhooks to one receiver at once: one that is slow must not take the place of all others. */
const RECEIVER_AT_ONCE = 8;

export function createChannels(deps: ChannelsDeps): Channels {
  const { providers, chosen } = deps;
  const lanes: readonly Lane[] = [
    ...(providers.email ?? []).map((provider) => createLane(provider, deps)),
    ...(providers.sms ?? []).map((provider) => createLane(provider, deps)),
    ...(providers.call ?? []).map((provider) => createLane(provider, deps)),
    ...(providers.webhook ?? []).map((provider) => createLane(provider, deps)),
  ];

  const lanesOf = (channel: Channel, workspace: string): readonly Lane[] => {
    const there = lanes.filter((lane) => lane.channel === channel);
    const names = chosen(workspace, channel);
    if (names === undefined) return there;
    return names.flatMap((name) => there.filter((lane) => lane.name === name));
  };

  const another: Channels['another'] = (channel, target, without) =>
    lanesOf(channel, target.workspace).find(
      (lane) => !without.includes(lane.name) && lane.gate(target).shut() === undefined,
    );

  return {
    lanes: lanesOf,
    another,
    choose(channel, target, without = []) {
      const opensAt = (lane: Lane): number => lane.gate(target).shut()?.until ?? 0;
      return (
        another(channel, target, without) ??
        another(channel, target, []) ??
        lanesOf(channel, target.workspace).toSorted((a, b) => opensAt(a) - opensAt(b))[0]
      );
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

function createLane<C extends Channel>(provider: Provider<C>, deps: ChannelsDeps): Lane {
  const { clock, log, metrics, gates = {} } = deps;
  const { channel, name, timeout } = provider;
  const labels = { channel, provider: name };
  const policy = { trial: timeout + 5 * span.SECOND, ...gates };
  const onChange = (shut: Shut | undefined): void => {
    metrics.providerShut.set(labels, shut === undefined ? 0 : 1);
    if (shut === undefined) log.info(labels, 'a provider takes messages again');
    else
      log.warn({ ...labels, because: shut.because, reason: shut.reason }, 'a provider is given no messages');
  };
  metrics.providerShut.set(labels, 0);
  metrics.failovers.inc(labels, 0);
  for (const outcome of OUTCOMES) metrics.providerSeconds.zero({ ...labels, outcome });
  const one = createGate({ clock, policy, onChange, publicReason: codeOrHint });
  const perReceiver = createGates({ clock, policy: { atOnce: RECEIVER_AT_ONCE, ...policy } });
  const isWebhook = channel === 'webhook';
  const failures = createFailures(clock, { shared: !isWebhook });
  const seldom = createSeldom(clock);

  /**
   * With the provider's words and the servers' names: the log is the installation's own. A refusal of one
   * message is logged with it.
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
    view(workspace) {
      const lastFailure = failures.last(workspace);
      const shut = isWebhook ? undefined : one.shut();
      const prefix = `${workspace} `;
      const receivers = perReceiver
        .shut(prefix)
        .map(({ key, shut }) => ({ receiver: key.slice(prefix.length), shut }));
      return {
        provider: name,
        ...(shut && { shut }),
        ...(lastFailure && { lastFailure }),
        ...(isWebhook && { receivers }),
      };
    },
    gate: ({ workspace, url }) => (url === undefined ? one : perReceiver.of(`${workspace} ${originOf(url)}`)),
    inTurn: createTurns(provider.connections),
    close: () => provider.close(),
    async send(message, { workspace, url }) {
      if (!isOf(channel, message)) throw new Error(`${name} does not send ${message.channel}`);
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
              // Its words may quote the message.
              reason: `the provider failed: ${error instanceof Error ? error.name : typeof error}`,
            }),
          );
          span.set({ 'herald.outcome': answer.kind });
          return answer;
        },
      );
      const seconds = (performance.now() - started) / span.SECOND;
      metrics.providerSeconds.observe({ ...labels, outcome: outcome.kind }, seconds);
      if (outcome.kind === 'sent') return outcome;
      const receiver = url === undefined ? undefined : originOf(url);
      const full = withoutRecipient(outcome.reason, message);
      logFailure({ ...outcome, reason: full }, workspace, receiver);
      const seen = { ...outcome, reason: isWebhook ? full : withoutServers(full) };
      failures.note(workspace, seen, receiver);
      return seen;
    },
  };
}

/**
 * A provider's words are about one workspace's message, and its gate is everybody's: what stays is the code.
 */
const codeOrHint = (reason: string): string => codeOf(reason) ?? 'the messages that failed say why';

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);
