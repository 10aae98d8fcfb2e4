import type { VendorAnswer } from '../server.ts';

interface Address {
  readonly email: string;
  readonly name?: string;
}

/** A mail as Mail Send (`POST /v3/mail/send`) takes it: the fields that Herald uses. */
export interface MailSend {
  readonly personalizations: readonly {
    readonly to: readonly Address[];
    readonly cc?: readonly Address[];
    readonly bcc?: readonly Address[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly custom_args?: Readonly<Record<string, string>>;
  }[];
  readonly from: Address;
  readonly reply_to?: Address;
  readonly subject: string;
  readonly content: readonly { readonly type: string; readonly value: string }[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly custom_args?: Readonly<Record<string, string>>;
}

/** A mail that was taken. */
export interface ReceivedMail {
  /** Its id in the answer (`X-Message-Id`). */
  readonly id: string;
  readonly mail: MailSend;
  /** Its one recipient. */
  readonly to: string;
}

/** The limit of Mail Send, in bytes. */
const MAX_MAIL = 30 * 1024 * 1024;
const MAX_ARGUMENTS = 10_000;

export const refuse = (
  status: number,
  ...errors: readonly { message: string; field?: string | null; help?: string | null }[]
): VendorAnswer => ({
  status,
  body: { errors: errors.map((error) => ({ field: null, help: null, ...error })) },
});

/** The mail, or the answer that refuses it: the checks that the documentation of Mail Send names. */
export function readMail(body: string, contentType: string | undefined): MailSend | VendorAnswer {
  if (!contentType?.startsWith('application/json'))
    return refuse(415, { message: 'Content-Type should be application/json.' });
  if (body.length > MAX_MAIL)
    return { status: 413, body: '<html><h1>413 Request Entity Too Large</h1></html>' };
  let mail: Partial<MailSend>;
  try {
    mail = JSON.parse(body);
  } catch {
    return refuse(400, { message: 'Bad Request' });
  }
  const [first, ...others] = mail.personalizations ?? [];
  if (first === undefined || others.length > 999)
    return refuse(400, {
      message: 'The personalizations field is required and must have at least one personalization.',
      field: 'personalizations',
    });
  if (!first.to?.[0]?.email.includes('@'))
    return refuse(400, {
      message: 'Does not contain a valid address.',
      field: 'personalizations.0.to.0.email',
    });
  const addresses = [first.to, first.cc, first.bcc].flatMap((list = []) => list.map(({ email }) => email));
  if (new Set(addresses.map((address) => address.toLowerCase())).size < addresses.length)
    return refuse(400, {
      message:
        'Each email address in the personalization block should be unique between to, cc, and bcc. We ' +
        'found the first duplicate instance of an address in the personalizations.0 field.',
      field: 'personalizations.0',
    });
  if (!mail.from?.email.includes('@'))
    return refuse(400, {
      message: 'The from object must be provided for every email send.',
      field: 'from.email',
    });
  if (!mail.subject) return refuse(400, { message: 'The subject is required.', field: 'subject' });
  if (!mail.content?.length || mail.content.some(({ value }) => value === ''))
    return refuse(400, {
      message: 'The content value must be a string at least one character in length.',
      field: 'content',
    });
  const args = JSON.stringify({ ...mail.custom_args, ...first.custom_args });
  if (args.length > MAX_ARGUMENTS)
    return refuse(400, { message: 'The custom_args are too large.', field: 'custom_args' });
  return mail as MailSend;
}

export const isRefused = (read: MailSend | VendorAnswer): read is VendorAnswer =>
  typeof read === 'string' || 'status' in read;
