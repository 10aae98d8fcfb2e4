import type { Channel, JsonObject } from '@herald/domain';
import { call } from './call/index.ts';
import type { ChannelDefinition } from './channel.ts';
import { email } from './email/index.ts';
import { sms } from './sms/index.ts';
import { webhook } from './webhook/index.ts';

/** One line for each channel. */
const registry = {
  email,
  sms,
  call,
  webhook,
} satisfies { readonly [C in Channel]: object };

/** The channels by name. */
export const channels: Readonly<Record<Channel, ChannelDefinition>> = registry;

type Configs = (typeof registry)[Channel]['providers']['config'];
type Merged<T> = (T extends unknown ? (part: T) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** The environment variables of all channels' providers. */
export const channelConfig = Object.assign(
  {},
  ...Object.values(registry).map(({ providers }) => providers.config),
) as Merged<Configs>;

/** Where a message to somebody goes, or undefined. `url`: where the campaign says that it goes. */
export const findAddress = (
  channel: Channel,
  traits: JsonObject,
  url: string | undefined,
): string | undefined => channels[channel].address.parse(channels[channel].address.find(traits, url));

/** An address as it is kept and shown. */
export const shownAddress = (channel: Channel, address: string): string =>
  channels[channel].address.shown?.(address) ?? address;
