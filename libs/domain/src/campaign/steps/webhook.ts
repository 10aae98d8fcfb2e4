import { type Static, Type } from 'typebox';
import { webhookUrlFault } from '../../message/webhook-url.ts';
import { strict } from '../fields.ts';
import { type SendStep, sendKind, template } from './send.ts';

const message = Type.Object(
  { url: Type.String({ minLength: 1, maxLength: 2_000, description: 'https://crm.example/hook' }), template },
  strict,
);

/** `url` is the same for everybody: a receiver of webhooks is not chosen by what a prospect's data say. */
export type WebhookStep = SendStep<'webhook', Static<typeof message>>;

/** Sends JSON to a server of the customer's. */
export const webhook = sendKind<'webhook', Static<typeof message>>(
  'webhook',
  message,
  ({ url }, path, { fault }) => {
    const wrong = url === undefined ? undefined : webhookUrlFault(url);
    if (wrong !== undefined) fault([...path, 'url'], wrong);
  },
);
