import { randomBytes } from 'node:crypto';
import {
  type Receiver,
  type SendGrid,
  startReceiver,
  startSendGrid,
  startTwilio,
  type Twilio,
} from '@herald/vendors';
import { Webhook } from 'standardwebhooks';
import type { Outside } from './outside.ts';

/** SendGrid, Twilio and a CRM on this machine, and the people behind them. */
export interface Vendors {
  readonly outside: Outside;
  readonly sendgrid: Pick<SendGrid, 'mails'>;
  /** Signs with another key than SendGrid's. */
  readonly impostor: Pick<SendGrid, 'report'>;
  readonly twilio: Pick<Twilio, 'texts' | 'calls' | 'callbacks' | 'textFrom'>;
  readonly crm: Pick<Receiver, 'url' | 'requests'>;
  /** Webhooks whose signature the CRM did not believe. */
  readonly disbelieved: readonly string[];
  /** Signs the CRM's webhooks. */
  readonly crmSecret: string;
  /** Herald's settings for them, as environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on they report to Herald, with times of this clock. */
  connect(http: string, now: () => number): void;
  /** How many messages they have got. */
  received(): number;
  /** Resolves when they have reported everything. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * ms of wall time between two reports: about a quarter of an hour of Herald's clock. Nobody is called back
 * before the call is answered.
 */
const PACE = 20;

export async function startVendors(outside: Outside): Promise<Vendors> {
  const { mailboxes, phones } = outside;
  let now: () => number = Date.now;
  const apiKey = `SG.${randomBytes(24).toString('base64url')}`;
  const authToken = randomBytes(16).toString('hex');
  const crmSecret = `whsec_${randomBytes(24).toString('base64')}`;
  const disbelieved: string[] = [];
  const sendgrid = await startSendGrid({
    apiKey,
    pace: PACE,
    now: () => now(),
    events: (address) => mailboxes[address] ?? ['processed', 'delivered'],
  });
  const impostor = await startSendGrid({ now: () => now() });
  const twilio = await startTwilio({ authToken, phones, pace: PACE });
  const crm = await startReceiver({
    answer({ body, headers }) {
      try {
        new Webhook(crmSecret).verify(body, headers as Record<string, string>);
        return { status: 204 };
      } catch (error) {
        disbelieved.push(`${headers['webhook-id']}: ${error instanceof Error ? error.message : error}`);
        return { status: 401 };
      }
    },
  });

  return {
    outside,
    sendgrid,
    impostor,
    twilio,
    crm,
    disbelieved,
    crmSecret,
    env: {
      SENDGRID_API_KEY: apiKey,
      SENDGRID_URL: sendgrid.url,
      SENDGRID_WEBHOOK_KEY: sendgrid.webhookKey,
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_URL: twilio.url,
      WEBHOOK_ALLOW: '127.0.0.1/32',
    },
    connect(http, clock) {
      now = clock;
      for (const one of [sendgrid, impostor]) one.reportTo(`${http}/callbacks/sendgrid`);
    },
    received: () => sendgrid.mails.length + twilio.texts.length + twilio.calls.length + crm.requests.length,
    async settled() {
      await Promise.all([sendgrid.reported(), twilio.settled()]);
    },
    async close() {
      await Promise.all([sendgrid, impostor, twilio, crm].map((one) => one.close()));
    },
  };
}
