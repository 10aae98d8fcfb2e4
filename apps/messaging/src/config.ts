import { bounceAddressConfig, ConfigError, Duration, Secret, waitingConfig } from '@herald/config';
import { span } from '@herald/domain';
import { type Static, Type } from 'typebox';
import { accountConfig } from './accounts/config.ts';
import type { AttachmentLimits } from './attachments/index.ts';
import { allowedAddresses } from './channels/allowed-addresses.ts';
import { providerConfig } from './channels/configured-providers.ts';
import type { UnknownPolicy } from './send/retry-policy.ts';

/** What messaging adds to the configuration of a process. */
export const messagingConfig = {
  ...waitingConfig,
  ...providerConfig,
  ...bounceAddressConfig,
  ...accountConfig,
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
  DNS_SERVERS: Type.String({
    default: '',
    maxLength: 500,
    pattern: '^$|^[0-9a-fA-F.:\\[\\], ]+$',
    expected: 'addresses of name servers with commas between, such as 192.0.2.53 or 127.0.0.1:5353',
    description:
      'Name servers that are asked, at start, whether the domains of senders have SPF, DKIM and DMARC. ' +
      'Default: those of the system.',
  }),
  UNKNOWN_RESEND: Duration({
    default: 0,
    description:
      'After how long a message of unknown outcome is sent again, although it may then arrive twice. 0 ' +
      'holds it for an operator.',
  }),
  ATTACHMENT_ALLOW: Type.Optional(
    Type.String({
      maxLength: 2_000,
      description:
        'Networks that are not public and from which files of mails may be fetched all the same: ' +
        '`10.1.0.0/16,fd00::/8`. http is allowed only there.',
    }),
  ),
  ATTACHMENT_TIMEOUT: Duration({
    default: 10_000,
    minimum: 1_000,
    maximum: 60_000,
    description: 'Time limit for fetching one file of a mail.',
  }),
  ATTACHMENT_FILE_SIZE: Type.Integer({
    default: 5_000_000,
    minimum: 1_000,
    maximum: 20_000_000,
    description: 'Bytes that one file of a mail may have.',
  }),
  ATTACHMENT_MESSAGE_SIZE: Type.Integer({
    default: 10_000_000,
    minimum: 1_000,
    maximum: 20_000_000,
    description: 'Bytes that all files of a mail may have together. In a mail they take a third more.',
  }),
  ATTACHMENT_MEMORY: Type.Integer({
    default: 40_000_000,
    minimum: 2_000,
    maximum: 2_000_000_000,
    description:
      'Bytes of files that are in memory at once, at least those of two mails; half of it for one ' +
      'workspace. While a mail is handed to its provider it takes some four times its files.',
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

/** Throws a `ConfigError` where the memory does not hold two messages. */
export function attachmentLimits(
  config: Pick<
    Config,
    | 'ATTACHMENT_ALLOW'
    | 'ATTACHMENT_FILE_SIZE'
    | 'ATTACHMENT_MESSAGE_SIZE'
    | 'ATTACHMENT_MEMORY'
    | 'ATTACHMENT_TIMEOUT'
  >,
): AttachmentLimits {
  const { ATTACHMENT_MESSAGE_SIZE: message, ATTACHMENT_MEMORY: memory } = config;
  if (memory < 2 * message)
    throw new ConfigError(['ATTACHMENT_MEMORY must be at least twice ATTACHMENT_MESSAGE_SIZE']);
  return {
    message,
    memory,
    file: config.ATTACHMENT_FILE_SIZE,
    timeout: config.ATTACHMENT_TIMEOUT,
    allowed: allowedAddresses('ATTACHMENT_ALLOW', config.ATTACHMENT_ALLOW),
  };
}
