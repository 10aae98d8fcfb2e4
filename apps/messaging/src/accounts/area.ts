import type { Account } from '@herald/contracts';
import { CHANNELS, type Channel, NAME_PATTERN } from '@herald/domain';
import type { Fault } from '@herald/http';
import { Type } from 'typebox';
import type { SettingsArea } from '../settings/area.ts';
import type { SettingsContent } from '../settings/settings.ts';
import type { AccountOptions } from './kind.ts';
import { ACCOUNT_PROVIDERS, accountKinds } from './kinds.ts';

/** Of one workspace. */
const MAX_ACCOUNTS = 20;
/** Names that the installation's providers have, or may get. */
const RESERVED: ReadonlySet<string> = new Set([...ACCOUNT_PROVIDERS, 'http', 'console']);

const AccountSchema = Type.Unsafe<Account>(
  Type.Object(
    Object.assign(
      { provider: Type.Enum([...ACCOUNT_PROVIDERS]) },
      ...ACCOUNT_PROVIDERS.map((provider) => accountKinds[provider].fields),
    ),
    { additionalProperties: false },
  ),
);

export const accountFields = {
  accounts: Type.Optional(
    Type.Unsafe<Readonly<Record<string, Account>>>(
      Type.Record(Type.String({ pattern: NAME_PATTERN }), AccountSchema, {
        additionalProperties: false,
        maxProperties: MAX_ACCOUNTS,
        description: 'accounts of the workspace at providers, by names of its own',
      }),
    ),
  ),
};

/** The names of a workspace's accounts that send a channel. */
export const accountsFor = (
  { accounts = {} }: Pick<SettingsContent, 'accounts'>,
  channel: Channel,
): string[] =>
  Object.entries(accounts)
    .filter(([, { provider }]) => accountKinds[provider].channels.includes(channel))
    .map(([name]) => name)
    .sort();

/** The secrets that an account names, with the option of each. */
export const secretsNamedBy = (account: Account) =>
  accountKinds[account.provider].secrets.flatMap((field) => {
    const reference = new Map<string, unknown>(Object.entries(account)).get(field);
    return typeof reference === 'string' ? [{ field, reference: reference as `secret://${string}` }] : [];
  });

/** Accounts, and which of them sends a channel whose providers nobody has named. `installed`: other names. */
export const accountSettings = (
  options: AccountOptions,
  installed: (channel: Channel) => readonly string[],
): SettingsArea => ({
  fields: accountFields,
  faults(content) {
    const taken = new Set([...RESERVED, ...CHANNELS.flatMap(installed)]);
    const { accounts = {}, providers = {} } = content;
    const each = Object.entries(accounts).flatMap(([name, account]) => {
      const path = `/accounts/${name}`;
      const faults = faultsOf(account, options).map((fault) => ({ ...fault, path: path + fault.path }));
      return taken.has(name)
        ? [
            { path, message: 'must have another name: a provider of the installation has this one' },
            ...faults,
          ]
        : faults;
    });
    const undecided = CHANNELS.flatMap((channel): Fault[] => {
      const names = accountsFor(content, channel);
      if (names.length < 2 || providers[channel] !== undefined) return [];
      const message = `must name some of ${names.join(', ')}, in order: several accounts send ${channel}`;
      return [{ path: `/providers/${channel}`, message }];
    });
    return [...each, ...undecided];
  },
});

function faultsOf(account: Account, options: AccountOptions): Fault[] {
  const { fields, required, faults } = accountKinds[account.provider];
  const given = new Set(Object.keys(account));
  const names = Object.keys(fields);
  const missing = required.filter((name) => !given.has(name));
  const foreign = [...given].filter((name) => name !== 'provider' && !names.includes(name));
  return [
    ...missing.map((name) => ({ path: `/${name}`, message: 'must be given' })),
    ...foreign.map((name) => ({
      path: `/${name}`,
      message: `is not for ${account.provider}, which has ${names.join(', ')}`,
    })),
    ...(missing.length > 0 ? [] : faults(account, options)),
  ];
}
