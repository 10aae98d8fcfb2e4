import client from '@sendgrid/client';
import mail from '@sendgrid/mail';

/** A mail as the library takes it. */
export type SendGridMail = Exclude<Parameters<typeof mail.send>[0], readonly unknown[]>;

type Client = typeof client;
type Mails = typeof mail;

/**
 * The library as it really is: its type declarations know only the one instance that it shares with
 * everybody, whose key and address each part of a process would take from the other.
 */
const { Client } = client as unknown as {
  readonly Client: new () => Client & { setDefaultRequest(settings: object): unknown };
};
const { MailService } = mail as unknown as { readonly MailService: new () => Mails };

/** An instance of our own. A redirect is not followed: it would take the key elsewhere. */
export function createMails(options: {
  readonly apiKey: string;
  readonly url?: string | undefined;
  /** ms */
  readonly timeout: number;
  /** Bytes of an answer. */
  readonly maxAnswer: number;
}): Pick<Mails, 'send'> {
  const requests = new Client();
  requests.setApiKey(options.apiKey);
  const settings = { timeout: options.timeout, maxRedirects: 0, maxContentLength: options.maxAnswer };
  requests.setDefaultRequest({ ...settings, ...(options.url !== undefined && { baseUrl: options.url }) });
  const mails = new MailService();
  mails.setClient(requests);
  return mails;
}
