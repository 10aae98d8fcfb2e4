import type { Senders } from '@herald/contracts';
import { CHANNELS, type Channel } from '@herald/domain';
import type { Fault } from '@herald/http';
import { Type } from 'typebox';
import { channels } from '../channels/index.ts';
import type { SettingsArea } from './area.ts';

export const senderFields = {
  senders: Type.Optional(
    Type.Unsafe<Senders>(
      Type.Object(
        Object.fromEntries(
          CHANNELS.map((channel) => [channel, Type.Optional(channels[channel].sender.setting)]),
        ),
        { additionalProperties: false },
      ),
    ),
  ),
};

/** Whom messages come from. */
export const senderSettings: SettingsArea = {
  fields: senderFields,
  faults: ({ senders = {} }) => CHANNELS.flatMap((channel) => faultsOf(channel, senders[channel])),
};

function faultsOf<C extends Channel>(channel: C, setting: Senders[C]): Fault[] {
  if (setting === undefined) return [];
  return channels[channel].sender
    .faults(setting)
    .map(({ path, message }) => ({ path: `/senders/${channel}${path}`, message }));
}
