import type { ProviderOrder } from '@herald/contracts';
import { CHANNELS } from '@herald/domain';
import type { Fault } from '@herald/http';
import { Type } from 'typebox';
import type { NamesOf, SettingsArea } from './area.ts';

const Names = Type.Optional(
  Type.Unsafe<readonly string[]>(
    Type.Array(Type.String({ maxLength: 40 }), {
      maxItems: 5,
      description:
        'accounts, or providers of the installation: the first is used; the next when the one before it ' +
        'certainly did not take a message',
    }),
  ),
);

export const providerFields = {
  providers: Type.Optional(
    Type.Unsafe<ProviderOrder>(
      Type.Object(Object.fromEntries(CHANNELS.map((channel) => [channel, Names])), {
        additionalProperties: false,
      }),
    ),
  ),
};

/** Which providers and accounts send a workspace's messages. `there`: those it can name. */
export const providerSettings = (there: NamesOf): SettingsArea => ({
  fields: providerFields,
  faults: ({ providers = {}, accounts }) =>
    CHANNELS.flatMap((channel): Fault[] => {
      const known = there(channel, { accounts });
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
