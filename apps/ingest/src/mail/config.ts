import { readFileSync } from 'node:fs';
import { emailAddress } from '@herald/addresses';
import { bounceAddressConfig, ConfigError, Secret, serviceUrl } from '@herald/config';
import { type Static, type TObject, Type } from 'typebox';

/** The settings of the ways by which mail comes back. */
export const mailConfig = {
  ...bounceAddressConfig,
  INBOUND_SMTP_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description:
        'Port on which ingest takes mail for `BOUNCE_ADDRESS` by SMTP, and for no other address. The MX ' +
        'record of its domain leads there, by port 25. Unset: no such port. 0 picks a free one.',
    }),
  ),
  INBOUND_SMTP_CERT: Type.Optional(
    Type.String({ description: 'PEM file with the certificate for STARTTLS on that port, and its chain.' }),
  ),
  INBOUND_SMTP_KEY: Type.Optional(Type.String({ description: 'PEM file with its private key.' })),
  BOUNCE_IMAP_URL: Type.Optional(
    Secret({
      description:
        'Mailbox of `BOUNCE_ADDRESS`, which ingest reads: `imaps://user:password@host:993/INBOX`, or ' +
        '`imap://` with STARTTLS where the server has it. Use one that serves for nothing else: read mails ' +
        'are moved to the folders `Herald/Read` and `Herald/Other`.',
    }),
  ),
  BOUNCE_IMAP_USERNAME: Type.Optional(
    Type.String({ description: 'User of that mailbox, instead of the one in the URL. Unencoded.' }),
  ),
  BOUNCE_IMAP_PASSWORD: Type.Optional(Secret({ description: 'Its password, unencoded.' })),
};

/** How mail comes back. */
export interface MailOptions {
  readonly bounceAddress: string;
  readonly smtp?:
    | { readonly host: string; readonly port: number; readonly tls?: Tls | undefined }
    | undefined;
  readonly imapUrl?: string | undefined;
}

interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

type Config = Readonly<Static<TObject<typeof mailConfig>>> & { readonly HOST?: string };

/** Undefined: mail does not come back here. Throws a `ConfigError`. */
export function mailOptions(config: Config): MailOptions | undefined {
  const { BOUNCE_ADDRESS: written, INBOUND_SMTP_PORT: port, HOST: host = '127.0.0.1' } = config;
  const imapUrl = imapUrlOf(config);
  if (written === undefined) {
    if (port === undefined && imapUrl === undefined) return undefined;
    throw new ConfigError(['INBOUND_SMTP_PORT and BOUNCE_IMAP_URL go with BOUNCE_ADDRESS, which is not set']);
  }
  const bounceAddress = emailAddress(written);
  if (bounceAddress === undefined) throw new ConfigError(['BOUNCE_ADDRESS must be one e-mail address']);
  if (port === undefined && imapUrl === undefined)
    throw new ConfigError([
      'BOUNCE_ADDRESS is set, but nothing reads it: set INBOUND_SMTP_PORT or BOUNCE_IMAP_URL as well',
    ]);
  return {
    bounceAddress,
    imapUrl,
    smtp: port === undefined ? undefined : { host, port, tls: tlsOf(config) },
  };
}

function imapUrlOf({ BOUNCE_IMAP_URL, BOUNCE_IMAP_USERNAME, BOUNCE_IMAP_PASSWORD }: Config) {
  if (BOUNCE_IMAP_URL === undefined) return undefined;
  return serviceUrl({
    name: 'BOUNCE_IMAP_URL',
    url: BOUNCE_IMAP_URL,
    schemes: ['imap', 'imaps'],
    path: true,
    example: 'imaps://user:password@host:993/INBOX',
    username: BOUNCE_IMAP_USERNAME,
    password: BOUNCE_IMAP_PASSWORD,
    credentials: ['BOUNCE_IMAP_USERNAME', 'BOUNCE_IMAP_PASSWORD'],
  });
}

function tlsOf({ INBOUND_SMTP_CERT: cert, INBOUND_SMTP_KEY: key }: Config): Tls | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new ConfigError(['INBOUND_SMTP_CERT and INBOUND_SMTP_KEY belong together: one is not set']);
  try {
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } catch (error) {
    throw new ConfigError([
      `INBOUND_SMTP_CERT, INBOUND_SMTP_KEY: ${error instanceof Error ? error.message : error}`,
    ]);
  }
}
