import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '@herald/harness';
import type { Doing } from './outside.ts';
import type { Vendors } from './vendors.ts';

/** Something that a person outside does at an instant. */
export interface Deed {
  readonly arrives: number;
  /** A description. */
  readonly about: string;
  perform(): Promise<Answer>;
}

/** What the people of a workspace do, in the order of their file. */
export const deedsOf = (vendors: Vendors, http: string, workspace: string): Deed[] =>
  vendors.outside.doings.map((doing) => ({
    arrives: Date.parse(doing.at),
    about: aboutOf(doing),
    perform: () => perform(doing, vendors, `${http}/callbacks/twilio-inbound/${workspace}`),
  }));

function aboutOf(doing: Doing): string {
  switch (doing.does) {
    case 'one-click':
      return `one-click of ${doing.who}`;
    case 'forged-bounce':
      return `report that ${doing.who} bounced, not signed by SendGrid`;
    case 'text':
      return `text ${doing.says} of ${doing.who}`;
    default: {
      const unknown: never = doing;
      return unknown;
    }
  }
}

/** What is found within 30 s of wall time: on a busy machine a message may be behind its time. */
async function soon<T>(find: () => T | undefined): Promise<T | undefined> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = find();
    if (found !== undefined || performance.now() > deadline) return found;
    await pause(50);
  }
}

async function perform(doing: Doing, { sendgrid, impostor, twilio }: Vendors, inbound: string) {
  const { who } = doing;
  if (doing.does === 'text') {
    const number = () => twilio.texts.find((text) => text.to === who)?.from ?? twilio.calls[0]?.from;
    const to = (await soon(number)) ?? '';
    const { status } = await twilio.textFrom(who, to, doing.says, inbound);
    return answered(status);
  }
  const mail = await soon(() => sendgrid.mails.find(({ to }) => to === who));
  if (mail === undefined) throw new Error(`${who} has had no mail`);
  if (doing.does === 'forged-bounce') return answered(await impostor.report(mail, 'bounce'));
  const { headers = {} } = { ...mail.mail, ...mail.mail.personalizations[0] };
  const [, link = ''] = /<(http[^>]+)>/.exec(headers['List-Unsubscribe'] ?? '') ?? [];
  const response = await fetch(link, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: headers['List-Unsubscribe-Post'] ?? '',
  });
  return answered(response.status);
}

/** An answer whose body is not read. */
const answered = (status: number): Answer => ({ status, ok: status >= 200 && status < 300, body: {} });
