import { CHANNELS, type Channel } from '@herald/domain';
import type { AccountLanes } from '../accounts/account-lanes.ts';
import { createLane, type Lane, type LaneDeps, type Target } from '../providers/lane.ts';
import type { Providers } from '../providers/provider.ts';
import { channels } from './index.ts';

/** The providers of the installation and the accounts of workspaces, as each workspace orders them. */
export interface Lanes {
  /** The lanes of a channel in the order in which they are tried; empty: nothing sends it. */
  of(channel: Channel, target: Target): readonly Lane[];
  /**
   * The first that takes messages now, except those in `without`; if none does, the one that opens first.
   * Undefined: nothing sends the channel.
   */
  choose(channel: Channel, target: Target, without?: readonly string[]): Lane | undefined;
  /** The first that takes messages now, except those in `without`. */
  another(channel: Channel, target: Target, without: readonly string[]): Lane | undefined;
  close(): Promise<void>;
}

export interface LanesDeps extends LaneDeps {
  readonly providers: Providers;
  readonly accountLanes: AccountLanes;
  /** The names a workspace has chosen, in order; undefined: the order of the installation. */
  readonly chosen: (channel: Channel, target: Target) => readonly string[] | undefined;
}

export function createLanes(deps: LanesDeps): Lanes {
  const { providers, accountLanes, chosen } = deps;
  const lanes: readonly Lane[] = CHANNELS.flatMap((channel) => {
    const { isPerReceiver = false, address } = channels[channel];
    const traits = { isPerReceiver, hideRecipient: address.hideIn };
    return (providers[channel] ?? []).map((provider) => createLane(provider, traits, deps));
  });

  const lanesOf: Lanes['of'] = (channel, target) => {
    const there = lanes.filter((lane) => lane.channel === channel);
    const names = chosen(channel, target);
    if (names === undefined) return there;
    return names.flatMap(
      (name) =>
        there.find((lane) => lane.name === name) ?? accountLanes.find(target.workspace, channel, name) ?? [],
    );
  };

  const another: Lanes['another'] = (channel, target, without) =>
    lanesOf(channel, target).find(
      (lane) => !without.includes(lane.name) && lane.gate(target).shut() === undefined,
    );

  return {
    of: lanesOf,
    another,
    choose(channel, target, without = []) {
      const opensAt = (lane: Lane): number => lane.gate(target).shut()?.until ?? 0;
      return (
        another(channel, target, without) ??
        another(channel, target, []) ??
        lanesOf(channel, target).toSorted((a, b) => opensAt(a) - opensAt(b))[0]
      );
    },
    async close() {
      await Promise.all([accountLanes.close(), ...lanes.map((lane) => lane.close())]);
    },
  };
}
