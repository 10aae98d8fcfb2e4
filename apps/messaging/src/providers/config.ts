import { phoneNumber } from '@herald/addresses';
import { ConfigError, Duration, HttpUrl, Secret, serviceUrl } from '@herald/config';
import { type AllowedAddresses, createAllowedAddresses } from '@herald/outbound';
import { type Static, Type } from 'typebox';
import { createConsoleProvider } from './email/console/console-provider.ts';
import { createSendGridProvider } from './email/sendgrid/sendgrid-provider.ts';
import { createSmtpProvider } from './email/smtp/smtp-provider.ts';
import { createPhoneConsole } from './phone/console/console-providers.ts';
import { createTwilioProviders } from './phone/twilio/twilio-providers.ts';
import type { Provider, Providers } from './provider.ts';
import { createWebhookProvider } from './webhook/webhook-provider.ts';

/** Which providers there are. */
export const providerConfig = {
  SENDGRID_API_KEY: Type.Optional(
    Secret({ description: 'Sends e-mail by SendGrid: a key that may use Mail Send, and nothing else.' }),
  ),
  SENDGRID_URL: Type.Optional(
    HttpUrl({
      description:
        'Where SendGrid’s API is, if not at api.sendgrid.com: `https://api.eu.sendgrid.com`, or a ' +
        'stand-in for tests.',
    }),
  ),
  SMTP_URL: Type.Optional(
    Secret({
      description:
        'Mail server, as `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. ' +
        'With SendGrid it is the second choice.',
    }),
  ),
  SMTP_USERNAME: Type.Optional(
    Type.String({
      description:
        'User for the mail server, in the place of the one in `SMTP_URL`; any characters, as they are.',
    }),
  ),
  SMTP_PASSWORD: Type.Optional(Secret({ description: 'Their password, in the same way.' })),
  SMTP_CONNECTIONS: Type.Integer({
    default: 5,
    minimum: 1,
    maximum: 100,
    description: 'Connections to the mail server held open at once.',
  }),
  TWILIO_ACCOUNT_SID: Type.Optional(
    Type.String({
      pattern: '^AC[0-9a-zA-Z]{32}$',
      expected: 'an account’s SID: AC and 32 letters and digits',
      description: 'Sends texts and calls by Twilio.',
    }),
  ),
  TWILIO_AUTH_TOKEN: Type.Optional(
    Secret({
      description:
        'Auth token of the Twilio account: it proves us to Twilio, and signs what Twilio calls us ' +
        'with. Two, separated by a space, while it is being changed: the first proves us, both may ' +
        'sign. Unset: `/callbacks/twilio` answers 503.',
    }),
  ),
  TWILIO_NUMBER: Type.Optional(
    Type.String({
      pattern: '^\\+[1-9][0-9]{6,14}$',
      expected: 'a number such as +14155550100',
      description: 'Number that texts and calls come from where a workspace has set none.',
    }),
  ),
  TWILIO_MESSAGING_SERVICE_SID: Type.Optional(
    Type.String({
      pattern: '^MG[0-9a-fA-F]{32}$',
      expected: 'a messaging service’s SID: MG and 32 characters',
      description:
        'Messaging service that such texts come from instead of the number; calls need the number.',
    }),
  ),
  TWILIO_URL: Type.Optional(
    HttpUrl({ description: 'Where Twilio’s API is, if not at api.twilio.com: a stand-in for tests.' }),
  ),
  CONSOLE_CHANNELS: Type.String({
    default: '',
    maxLength: 100,
    description:
      'For trying things out: of `email,sms,call`, the channels whose messages are shown on standard ' +
      'output, and count as sent, where no provider is set. A channel with neither sends nothing: its ' +
      'messages fail as `no_provider`.',
  }),
  WEBHOOK_ALLOW: Type.Optional(
    Type.String({
      maxLength: 2_000,
      description:
        'Networks that webhooks may go to although they are not public, as `10.1.0.0/16,fd00::/8`. ' +
        'Only there they may go by http.',
    }),
  ),
  WEBHOOK_TIMEOUT: Duration({
    default: 20_000,
    minimum: 1_000,
    maximum: 60_000,
    description: 'How long the receiver of a webhook may take.',
  }),
  SEND_TIMEOUT: Duration({
    default: 45_000,
    minimum: 1_000,
    maximum: 900_000,
    description: 'How long one call of a provider may take.',
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
  const phone = twilioProviders(config, publicUrl);
  const shownPhone = createPhoneConsole();
  const webhooks = { allowed: allowedAddresses(config), timeout: config.WEBHOOK_TIMEOUT };
  const orShown = <C extends ConsoleChannel>(
    channel: C,
    real: readonly Provider<C>[],
    console: Provider<C>,
  ) => (real.length === 0 && shown.has(channel) ? [console] : real);
  return {
    email: orShown('email', emailProviders(config), createConsoleProvider()),
    sms: orShown('sms', phone === undefined ? [] : [phone.sms], shownPhone.sms),
    call: orShown('call', phone === undefined ? [] : [phone.call], shownPhone.call),
    webhook: [createWebhookProvider(webhooks)],
  };
}

function emailProviders(config: ProviderConfig): readonly Provider<'email'>[] {
  const { SENDGRID_API_KEY: apiKey, SEND_TIMEOUT: timeout } = config;
  const smtp = smtpUrl(config);
  return [
    ...(apiKey === undefined ? [] : [createSendGridProvider({ apiKey, url: config.SENDGRID_URL, timeout })]),
    ...(smtp === undefined
      ? []
      : [createSmtpProvider({ url: smtp, connections: config.SMTP_CONNECTIONS, timeout })]),
  ];
}

/** Undefined where there is no mail server. */
function smtpUrl({ SMTP_URL, SMTP_USERNAME, SMTP_PASSWORD }: ProviderConfig): string | undefined {
  if (SMTP_URL === undefined && (SMTP_USERNAME !== undefined || SMTP_PASSWORD !== undefined))
    throw new ConfigError(['SMTP_USERNAME and SMTP_PASSWORD go with SMTP_URL, which is not set']);
  if (SMTP_URL === undefined) return undefined;
  return serviceUrl({
    name: 'SMTP_URL',
    url: SMTP_URL,
    schemes: ['smtp', 'smtps'],
    example: 'smtp://user:password@host:587',
    username: SMTP_USERNAME,
    password: SMTP_PASSWORD,
    credentials: ['SMTP_USERNAME', 'SMTP_PASSWORD'],
  });
}

const CONSOLE_CHANNELS = ['email', 'sms', 'call'] as const;
type ConsoleChannel = (typeof CONSOLE_CHANNELS)[number];

function consoleChannels({ CONSOLE_CHANNELS: text }: ProviderConfig): ReadonlySet<string> {
  const named = listed(text);
  const known: readonly string[] = CONSOLE_CHANNELS;
  const strange = named.filter((name) => !known.includes(name));
  if (strange.length > 0)
    throw new ConfigError([`CONSOLE_CHANNELS: ${strange.join(', ')} is none of ${known.join(', ')}`]);
  return new Set(named);
}

function twilioProviders(config: ProviderConfig, publicUrl: string) {
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
    authToken: authToken.trim().split(/\s+/)[0] ?? '',
    url,
    number,
    service: config.TWILIO_MESSAGING_SERVICE_SID,
    // Twilio refuses a message that is to be reported to where it cannot reach; a stand-in is as local as we
    // are.
    callbacks: url === undefined && isLocal(publicUrl) ? undefined : publicUrl.replace(/\/+$/, ''),
    timeout: config.SEND_TIMEOUT,
  });
}

function allowedAddresses({ WEBHOOK_ALLOW = '' }: ProviderConfig): AllowedAddresses {
  try {
    return createAllowedAddresses(listed(WEBHOOK_ALLOW));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError([`WEBHOOK_ALLOW is not a list of networks: ${error.message}`]);
  }
}

/** What a variable lists, between commas or spaces. */
const listed = (text: string): string[] => text.split(/[\s,]+/).filter((one) => one !== '');

const isLocal = (url: string): boolean =>
  /^(?:localhost|.*\.localhost|127\..*|0\.0\.0\.0|\[::1?\])$/.test(new URL(url).hostname);
