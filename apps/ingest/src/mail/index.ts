import type { Broker } from '@herald/broker';
import type { CallbackDeps } from '../callbacks/deps.ts';
import type { MailOptions } from './config.ts';
import { createImapReader } from './imap-reader.ts';
import { createReceiveMail } from './receive-mail.ts';
import { createSmtpDoor, type SmtpDoor } from './smtp-door.ts';

/** The ways by which mail comes back: bounces, complaints, requests to unsubscribe. */
export interface ReturnedMail {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Undefined where there is none. */
  readonly door: SmtpDoor | undefined;
}

export interface ReturnedMailDeps extends CallbackDeps {
  readonly broker: Broker;
  /** Undefined: none comes back here. */
  readonly mail: MailOptions | undefined;
}

export function createReturnedMail({ mail, ...deps }: ReturnedMailDeps): ReturnedMail {
  if (mail === undefined) return { start: async () => {}, stop: async () => {}, door: undefined };
  const { smtp, imapUrl, bounceAddress } = mail;
  const receive = createReceiveMail({ ...deps, bounceAddress });
  const door = smtp && createSmtpDoor({ ...deps, ...smtp, bounceAddress, receive });
  const reader = imapUrl === undefined ? undefined : createImapReader({ ...deps, url: imapUrl, receive });
  return {
    door,
    async start() {
      await door?.start();
      reader?.start();
    },
    async stop() {
      await Promise.all([door?.stop(), reader?.stop()]);
    },
  };
}
