import { Duration, Secret, waitingConfig } from '@herald/config';
import { span } from '@herald/domain';
import { type Static, Type } from 'typebox';
import { providerConfig } from './channels/configured-providers.ts';
import type { UnknownPolicy } from './send/retry-policy.ts';

/** What messaging adds to the configuration of a process. */
export const messagingConfig = {
  ...waitingConfig,
  ...providerConfig,
  SENDER: Type.Optional(
    Type.String({
      maxLength: 320,
      description:
        'Sender for workspaces whose settings name none: `Herald <news@example.com>` or an address.',
    }),
  ),
  DKIM_KEYS: Type.Optional(
    Secret({
      description:
        'Keys that sign mail from `SENDER` sent by SMTP: for each a line `<selector>._domainkey.<domain>`, ' +
        'then its RSA private key in PEM; `\\n` is a line break. Or in the file `dkim` of `SECRETS_DIR`; ' +
        'those of a workspace in `<workspace>.dkim`.',
    }),
  ),
  UNKNOWN_RESEND: Duration({
    default: 0,
    description:
      'After how long a message of unknown outcome is sent again, although it may then arrive twice. 0 ' +
      'holds it for an operator.',
  }),
  TEMPLATE_TIMEOUT: Duration({
    default: 500,
    minimum: 50,
    maximum: 10_000,
    description: 'Processor time that rendering one message may take.',
  }),
};

const Config = Type.Object(messagingConfig);
type Config = Readonly<Static<typeof Config>>;

/** The lease of a call: as long as the call may take, and a margin for what goes before and after. */
export const leaseFor = (config: Pick<Config, 'SEND_TIMEOUT' | 'WEBHOOK_TIMEOUT'>): number =>
  Math.max(config.SEND_TIMEOUT, config.WEBHOOK_TIMEOUT) + 15 * span.SECOND;

export const unknownPolicy = (config: Pick<Config, 'UNKNOWN_RESEND'>): UnknownPolicy =>
  config.UNKNOWN_RESEND === 0 ? { then: 'hold' } : { then: 'resend', after: config.UNKNOWN_RESEND };
