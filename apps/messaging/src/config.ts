import { span } from '@herald/domain';
import { Duration, Secret } from '@herald/service';
import { type Static, Type } from 'typebox';
import type { UnknownPolicy } from './messages/policy.ts';
import { createConsoleProvider } from './providers/email/console/console-provider.ts';
import { createSmtpProvider } from './providers/email/smtp/smtp-provider.ts';
import type { Provider } from './providers/provider.ts';

/** What messaging adds to the configuration. */
export const messagingConfig = {
  SMTP_URL: Type.Optional(
    Secret({
      description:
        'Mail server, as `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. Unset: e-mail is shown on standard output and not sent.',
    }),
  ),
  SMTP_CONNECTIONS: Type.Integer({
    default: 5,
    minimum: 1,
    maximum: 100,
    description: 'Connections to the mail server held open at once.',
  }),
  SENDER: Type.Optional(
    Type.String({
      maxLength: 320,
      description: 'Sender of workspaces that have set none: `Herald <news@example.com>` or an address.',
    }),
  ),
  SEND_TIMEOUT: Duration({
    default: 45_000,
    minimum: 1_000,
    maximum: 900_000,
    description: 'How long one call of a provider may take.',
  }),
  UNKNOWN_RESEND: Duration({
    default: 0,
    description:
      'When a message of unknown outcome is sent again, although it may arrive twice; 0 holds it for an operator.',
  }),
  TEMPLATE_TIMEOUT: Duration({
    default: 500,
    minimum: 50,
    maximum: 10_000,
    description: 'How much processor time rendering one message may take.',
  }),
};

const Config = Type.Object(messagingConfig);
type Config = Readonly<Static<typeof Config>>;

/** The providers that the configuration asks for. */
export const createProviders = (
  config: Pick<Config, 'SMTP_URL' | 'SMTP_CONNECTIONS' | 'SEND_TIMEOUT'>,
): { email: Provider } => ({
  email:
    config.SMTP_URL === undefined
      ? createConsoleProvider()
      : createSmtpProvider({
          url: config.SMTP_URL,
          connections: config.SMTP_CONNECTIONS,
          timeout: config.SEND_TIMEOUT,
        }),
});

/** The lease of a call: as long as the call may take, and a margin for what goes before and after. */
export const leaseFor = (config: Pick<Config, 'SEND_TIMEOUT'>): number =>
  config.SEND_TIMEOUT + 15 * span.SECOND;

export const unknownPolicy = (config: Pick<Config, 'UNKNOWN_RESEND'>): UnknownPolicy =>
  config.UNKNOWN_RESEND === 0 ? { then: 'hold' } : { then: 'resend', after: config.UNKNOWN_RESEND };
