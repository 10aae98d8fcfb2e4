import { createPublicKey, type KeyObject } from 'node:crypto';

/** Names a secret of the workspace: `secret://NAME`. Settings never hold the secret itself. */
export type SecretReference = `secret://${string}`;

const SCHEME = 'secret://';
export const SECRET_REFERENCE_PATTERN = '^secret://[a-z0-9][a-z0-9_-]{0,62}$';

/** The name of the secret. */
export const referredSecret = (reference: SecretReference): string => reference.slice(SCHEME.length);

export interface SendGridAccount {
  readonly provider: 'sendgrid';
  readonly apiKey: SecretReference;
  /** Default: where the installation's own SendGrid is. */
  readonly region?: 'global' | 'eu';
  /** The public key of its event webhook, as SendGrid shows it; during rotation several, after spaces. */
  readonly webhookKey?: string;
}

export interface SmtpAccount {
  readonly provider: 'smtp';
  readonly host: string;
  /** Default: 465 for `implicit`, else 587. */
  readonly port?: number;
  /** `implicit`: from the first byte. Default: `implicit` on port 465, else `starttls`. */
  readonly tls?: 'starttls' | 'implicit' | 'none';
  readonly username?: string;
  readonly password?: SecretReference;
  /** Held open at once, by each replica. Default: 5. */
  readonly connections?: number;
}

export interface TwilioAccount {
  readonly provider: 'twilio';
  readonly accountSid: string;
  /** The secret may have several lines: the first authenticates calls, all of them sign callbacks. */
  readonly authToken: SecretReference;
  /** Where texts and calls come from if the settings name no sender. E.164. */
  readonly number?: string;
  /** The SID of the messaging service that such texts come from instead. */
  readonly messagingService?: string;
}

/** A workspace's own account at a provider. */
export type Account = SendGridAccount | SmtpAccount | TwilioAccount;

/**
 * The key that SendGrid shows: base64 of a public key on P-256, without armour. Undefined for any other text.
 */
export function sendgridKey(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined; // not a key
  }
}
