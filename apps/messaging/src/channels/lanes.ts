import { CHANNELS, type Channel } from '@herald/domain';
import { createLane, type Lane, type LaneDeps, type Target } from '../providers/lane.ts';
import type { Providers } from '../providers/provider.ts';
import { channels } from './index.ts';

/** The providers of the installation, as each workspace orders them. */
export interface Lanes {
  /** The providers of a channel in the order in which they are tried; empty: nothing sends it. */
  of(channel: Channel, workspace: string): readonly Lane[];
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
  /** The names a workspace has chosen, in order; undefined: the order of the installation. */
  readonly chosen: (workspace: string, channel: Channel) => readonly string[] | undefined;
}

export function createLanes(deps: LanesDeps): Lanes {
  const { providers, chosen } = deps;
  const lanes: readonly Lane[] = CHANNELS.flatMap((channel) => {
    const { isPerReceiver = false, address } = channels[channel];
    const traits = { isPerReceiver, hideRecipient: address.hideIn };
    return (providers[channel] ?? []).map((provider) => createLane(provider, traits, deps));
  });

  const lanesOf = (channel: Channel, workspace: string): readonly Lane[] => {
    const there = lanes.filter((lane) => lane.channel === channel);
    const names = chosen(workspace, channel);
    if (names === undefined) return there;
    return names.flatMap((name) => there.filter((lane) => lane.name === name));
  };

  const another: Lanes['another'] = (channel, target, without) =>
    lanesOf(channel, target.workspace).find(
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
        lanesOf(channel, target.workspace).toSorted((a, b) => opensAt(a) - opensAt(b))[0]
      );
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}
