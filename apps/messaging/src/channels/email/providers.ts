import { ConfigError, HttpUrl, Secret, serviceUrl } from '@herald/config';
import { type Static, type TObject, Type } from 'typebox';
import { sendTimeout } from '../../providers/send-timeout.ts';
import type { ChannelProviders } from '../channel.ts';
import { createConsoleProvider } from './console-provider.ts';
import type { OutgoingEmail } from './message.ts';
import { createSendGridProvider } from './sendgrid/sendgrid-provider.ts';
import { createSmtpProvider } from './smtp/smtp-provider.ts';

const config = {
  SENDGRID_API_KEY: Type.Optional(
    Secret({
      description:
        'API key of SendGrid, for sending e-mail. It needs the permission Mail Send, and no other.',
    }),
  ),
  SENDGRID_URL: Type.Optional(
    HttpUrl({
      description:
        'Address of SendGrid’s API. Default: api.sendgrid.com. For `https://api.eu.sendgrid.com`, or a ' +
        'stand-in in tests.',
    }),
  ),
  SMTP_URL: Type.Optional(
    Secret({
      description:
        'Mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. If ' +
        'SendGrid is set too, this is the second choice.',
    }),
  ),
  SMTP_USERNAME: Type.Optional(
    Type.String({
      description: 'User of the mail server, instead of the one in `SMTP_URL`. Any characters, unencoded.',
    }),
  ),
  SMTP_PASSWORD: Type.Optional(Secret({ description: 'Password of `SMTP_USERNAME`, unencoded.' })),
  SMTP_CONNECTIONS: Type.Integer({
    default: 5,
    minimum: 1,
    maximum: 100,
    description: 'Connections to the mail server that are held open at once.',
  }),
  ...sendTimeout,
};
type Config = Readonly<Static<TObject<typeof config>>>;

export const emailProviders = {
  config,
  create(config: Config) {
    const { SENDGRID_API_KEY: apiKey, SENDGRID_URL, SMTP_CONNECTIONS, SEND_TIMEOUT: timeout } = config;
    const smtp = smtpUrl(config);
    return [
      ...(apiKey === undefined ? [] : [createSendGridProvider({ apiKey, url: SENDGRID_URL, timeout })]),
      ...(smtp === undefined
        ? []
        : [createSmtpProvider({ url: smtp, connections: SMTP_CONNECTIONS, timeout })]),
    ];
  },
  console: () => createConsoleProvider(),
  setUp: 'set SENDGRID_API_KEY or SMTP_URL, or, to try things out, CONSOLE_CHANNELS=email',
} satisfies ChannelProviders<OutgoingEmail>;

/** Undefined where there is no mail server. */
function smtpUrl({ SMTP_URL, SMTP_USERNAME, SMTP_PASSWORD }: Config): string | undefined {
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
