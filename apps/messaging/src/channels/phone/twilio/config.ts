import { phoneNumber } from '@herald/addresses';
import { ConfigError, HttpUrl, rotated, twilioTokenConfig } from '@herald/config';
import { type Static, type TObject, Type } from 'typebox';
import { sendTimeout } from '../../../providers/send-timeout.ts';
import { createTwilioProviders, type TwilioProviders } from './twilio-providers.ts';

export const twilioConfig = {
  TWILIO_ACCOUNT_SID: Type.Optional(
    Type.String({
      pattern: '^AC[0-9a-zA-Z]{32}$',
      expected: 'an account’s SID: AC and 32 letters and digits',
      description: 'SID of the Twilio account that sends texts and calls.',
    }),
  ),
  ...twilioTokenConfig,
  TWILIO_NUMBER: Type.Optional(
    Type.String({
      pattern: '^\\+[1-9][0-9]{6,14}$',
      expected: 'a number such as +14155550100',
      description: 'Number that texts and calls come from in workspaces that have set none.',
    }),
  ),
  TWILIO_MESSAGING_SERVICE_SID: Type.Optional(
    Type.String({
      pattern: '^MG[0-9a-fA-F]{32}$',
      expected: 'a messaging service’s SID: MG and 32 characters',
      description: 'Messaging service that sends texts instead of the number; calls need the number.',
    }),
  ),
  TWILIO_URL: Type.Optional(
    HttpUrl({ description: 'Address of Twilio’s API. Default: api.twilio.com. For a stand-in in tests.' }),
  ),
  ...sendTimeout,
};
export type TwilioConfig = Readonly<Static<TObject<typeof twilioConfig>>>;

/** Undefined where Twilio is not set up. Throws `ConfigError`. */
export function configuredTwilio(config: TwilioConfig, publicUrl: string): TwilioProviders | undefined {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_URL: url } = config;
  if (accountSid === undefined && authToken === undefined) return undefined;
  if (accountSid === undefined || authToken === undefined)
    throw new ConfigError([
      'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong together: one of them is not set',
    ]);
  const { TWILIO_NUMBER: number } = config;
  if (number !== undefined && phoneNumber(number) !== number)
    throw new ConfigError([
      `TWILIO_NUMBER must be ${phoneNumber(number) ?? 'a number such as +14155550100'}`,
    ]);
  return createTwilioProviders({
    accountSid,
    authToken: rotated(authToken)[0] ?? '',
    url,
    number,
    service: config.TWILIO_MESSAGING_SERVICE_SID,
    callbacks: callbacksOf(config, publicUrl),
    timeout: config.SEND_TIMEOUT,
  });
}

/**
 * Where Twilio reports to. It refuses a message with a callback address that it cannot reach; a stand-in is
 * as local as we are.
 */
export const callbacksOf = ({ TWILIO_URL }: Pick<TwilioConfig, 'TWILIO_URL'>, publicUrl: string) =>
  TWILIO_URL === undefined && isLocal(publicUrl) ? undefined : publicUrl;

const isLocal = (url: string): boolean =>
  /^(?:localhost|.*\.localhost|127\..*|0\.0\.0\.0|\[::1?\])$/.test(new URL(url).hostname);
