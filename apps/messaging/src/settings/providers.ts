import { CHANNELS, type Channel } from '@herald/domain';
import type { Fault } from '@herald/http';
import { Type } from 'typebox';
import type { SettingsArea } from './area.ts';

const Names = Type.Optional(
  Type.Unsafe<readonly string[]>(
    Type.Array(Type.String({ maxLength: 40 }), {
      maxItems: 5,
      description: 'the first is used; the next when the one before it certainly did not take a message',
    }),
  ),
);

export const providerFields = {
  providers: Type.Optional(
    Type.Unsafe<{ readonly [C in Channel]?: readonly string[] }>(
      Type.Object(Object.fromEntries(CHANNELS.map((channel) => [channel, Names])), {
        additionalProperties: false,
      }),
    ),
  ),
};

/** Which providers send a workspace's messages, of those that the installation has: `there`, by channel. */
export const providerSettings = (there: (channel: Channel) => readonly string[]): SettingsArea => ({
  fields: providerFields,
  faults: ({ providers = {} }) =>
    CHANNELS.flatMap((channel): Fault[] => {
      const known = there(channel);
      const names = providers[channel] ?? [];
      const path = `/providers/${channel}`;
      if (providers[channel] !== undefined && names.length === 0)
        return [{ path, message: 'must name at least one, or be left out' }];
      return names.flatMap((name, index): Fault[] => {
        const say = (message: string): Fault[] => [{ path: `${path}/${index}`, message }];
        if (names.indexOf(name) !== index) return say('is named twice');
        if (!known.includes(name))
          return say(`must be one that is set up here: ${known.join(', ') || 'none is'}`);
        return [];
      });
    }),
});
