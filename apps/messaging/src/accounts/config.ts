import { span } from '@herald/domain';
import { type Static, type TObject, Type } from 'typebox';
import { allowedAddresses } from '../channels/allowed-addresses.ts';
import type { ProviderConfig } from '../channels/configured-providers.ts';
import { callbacksOf } from '../channels/phone/twilio/config.ts';
import type { AccountOptions } from './kind.ts';

/** What the configuration says of workspaces' own accounts. */
export const accountConfig = {
  SMTP_ALLOW: Type.Optional(
    Type.String({
      maxLength: 2_000,
      description:
        'Networks that are not public and that mail servers of workspaces may still be in: ' +
        '`10.1.0.0/16,fd00::/8`. Any port, and mail without TLS, is allowed only there.',
    }),
  ),
};
type Config = ProviderConfig & Readonly<Static<TObject<typeof accountConfig>>>;

/** Throws a `ConfigError`. */
export const accountOptions = (config: Config, publicUrl: string): AccountOptions => ({
  timeout: config.SEND_TIMEOUT,
  sendgridUrl: config.SENDGRID_URL,
  twilioUrl: config.TWILIO_URL,
  callbacks: callbacksOf(config, publicUrl),
  mailServers: allowedAddresses('SMTP_ALLOW', config.SMTP_ALLOW),
  hasOwnNetworks: config.SMTP_ALLOW !== undefined,
});

export const NO_ACCOUNT_OPTIONS: AccountOptions = {
  timeout: 45 * span.SECOND,
  mailServers: allowedAddresses('SMTP_ALLOW'),
  hasOwnNetworks: false,
};
