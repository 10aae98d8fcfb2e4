import { type Channel, type ProviderOutcome, span } from '@herald/domain';
import type { MessagingMetrics } from '../metrics.ts';

/** Counts what one lane does. */
export interface LaneMeter {
  /** One call; `ms` of wall time. */
  called(outcome: ProviderOutcome['kind'], ms: number): void;
  shut(isShut: boolean): void;
  /** A message went on to the next one. */
  failedOver(): void;
}

/** Counted from 0, so that the first failure of a provider is seen as an increase. */
const OUTCOMES = Object.keys({
  sent: true,
  temporary: true,
  throttled: true,
  credentials: true,
  permanent: true,
  unknown: true,
} satisfies Record<ProviderOutcome['kind'], true>);

/** Of a provider of the installation. */
export function providerMeter(metrics: MessagingMetrics, channel: Channel, provider: string): LaneMeter {
  const labels = { channel, provider };
  metrics.providerShut.set(labels, 0);
  metrics.failovers.inc(labels, 0);
  for (const outcome of OUTCOMES) metrics.providerSeconds.zero({ ...labels, outcome });
  return {
    called: (outcome, ms) => metrics.providerSeconds.observe({ ...labels, outcome }, ms / span.SECOND),
    shut: (isShut) => metrics.providerShut.set(labels, isShut ? 1 : 0),
    failedOver: () => metrics.failovers.inc(labels),
  };
}

/**
 * Of a workspace's account. All accounts at one kind of provider are counted together, however many
 * workspaces there are; and apart from the installation's, because their faults are not the installation's.
 */
export function accountMeter(
  metrics: MessagingMetrics,
  channel: Channel,
  provider: string,
): LaneMeter & {
  /** It is used no longer: it counts as shut no more, whatever its last calls say. */
  retire(): void;
} {
  const labels = { channel, provider };
  let counted = false;
  let retired = false;
  const count = (isShut: boolean): void => {
    if (isShut !== counted) metrics.accountsShut.inc(labels, isShut ? 1 : -1);
    counted = isShut;
  };
  return {
    called: (outcome, ms) => metrics.accountSeconds.observe({ ...labels, outcome }, ms / span.SECOND),
    shut: (isShut) => count(isShut && !retired),
    retire() {
      retired = true;
      count(false);
    },
    failedOver: () => metrics.accountFailovers.inc(labels),
  };
}
