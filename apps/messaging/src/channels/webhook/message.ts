import type { Outgoing } from '../../providers/provider.ts';
import { type Envelope, NoSenderError } from '../channel.ts';
import { noSecret, secretName } from './sender.ts';
import type { WebhookContent } from './template.ts';

/** One request to somebody else's server. */
export interface OutgoingWebhook extends Outgoing {
  readonly channel: 'webhook';
  readonly workspace: string;
  readonly url: string;
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Signs it by Standard Webhooks. */
  readonly secret: string;
}

export function outgoingWebhook(content: WebhookContent, envelope: Envelope): OutgoingWebhook {
  const { workspace, messageId, reference, to } = envelope;
  const name = secretName(envelope.senders);
  const secret = envelope.secret(name);
  if (secret === undefined) throw new NoSenderError(noSecret(workspace, name));
  return {
    ...content,
    messageId,
    ...(reference === undefined ? {} : { reference }),
    workspace,
    url: to,
    secret,
  };
}
