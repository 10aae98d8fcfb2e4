import { ConfigError } from '@herald/config';
import { CHANNELS } from '@herald/domain';
import { type Static, Type } from 'typebox';
import type { Provider, Providers } from '../providers/provider.ts';
import { channelConfig, channels } from './index.ts';
import { listed } from './listed.ts';

const withConsole = CHANNELS.filter((channel) => channels[channel].providers.console !== undefined);

/** Which providers there are. */
export const providerConfig = {
  ...channelConfig,
  CONSOLE_CHANNELS: Type.String({
    default: '',
    maxLength: 100,
    description:
      `To try things out: those channels of \`${withConsole.join()}\` whose messages go to standard output ` +
      'and count as sent if no provider is set. A channel with neither sends nothing: its messages fail ' +
      'as `no_provider`.',
  }),
};

const Config = Type.Object(providerConfig);
export type ProviderConfig = Readonly<Static<typeof Config>>;

/**
 * The providers that the configuration asks for, each channel's in the order in which they are tried. Throws
 * a `ConfigError`.
 */
export function createProviders(config: ProviderConfig, publicUrl: string): Providers {
  const shown = consoleChannels(config);
  return Object.fromEntries(
    CHANNELS.map((channel): [string, readonly Provider[]] => {
      const { providers } = channels[channel];
      const real = providers.create(config, publicUrl);
      if (real.length > 0 || !shown.has(channel)) return [channel, real];
      const console = providers.console?.();
      return [channel, console === undefined ? [] : [console]];
    }),
  );
}

function consoleChannels({ CONSOLE_CHANNELS: text }: ProviderConfig): ReadonlySet<string> {
  const named = listed(text);
  const known: readonly string[] = withConsole;
  const strange = named.filter((name) => !known.includes(name));
  if (strange.length > 0)
    throw new ConfigError([`CONSOLE_CHANNELS: ${strange.join(', ')} is none of ${known.join(', ')}`]);
  return new Set(named);
}
