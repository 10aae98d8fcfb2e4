import { readMessageReference } from '@herald/contracts';
import type { Vendors } from '../outside/vendors.ts';

/** A message as it was received outside. */
export interface Received {
  readonly by: 'SendGrid' | 'Twilio' | 'the CRM';
  /** From what came with it: the reference, or the id of a webhook. */
  readonly messageId: string;
  readonly to: string;
  /** The receiver's id of it, if it gives one. */
  readonly providerId?: string;
}

const CALLBACK = /\/callbacks\/twilio\/(.+)$/;

/** Everything that SendGrid, Twilio and the CRM took, repeats included. `linkSecret` signs the references. */
export function receivedBy({ sendgrid, twilio, crm }: Vendors, linkSecret: string): Received[] {
  const idIn = (token: string | undefined): string =>
    readMessageReference(linkSecret, token ?? '')?.messageId ?? '(no message id)';
  return [
    ...sendgrid.mails.map(({ id, mail, to }): Received => {
      const { herald } = { ...mail.custom_args, ...mail.personalizations[0]?.custom_args };
      return { by: 'SendGrid', messageId: idIn(herald), to, providerId: id };
    }),
    ...[...twilio.texts, ...twilio.calls].map(({ sid, to, statusCallback = '' }): Received => {
      const [, token] = CALLBACK.exec(statusCallback) ?? [];
      return { by: 'Twilio', messageId: idIn(token), to, providerId: sid };
    }),
    ...crm.requests.map(({ headers }): Received => {
      const id = headers['webhook-id'];
      return { by: 'the CRM', messageId: typeof id === 'string' ? id : '(no message id)', to: crm.url };
    }),
  ];
}
