import { emailAddress, type Mailbox } from '@herald/addresses';
import type { Channel } from '@herald/domain';
import type { Lane } from '../providers/channels.ts';
import type { SettingsContent } from '../settings/settings.ts';

/** What a workspace's messages of a channel come from, or how to set that up. */
export type Sender =
  | {
      /** For an operator to read: an address, a number, the name of the secret that signs. */
      readonly from: string;
      /** Where it is set. */
      readonly setBy: 'settings' | 'installation';
    }
  | { readonly missing: string };

export interface SendersDeps {
  readonly settingsOf: (workspace: string) => SettingsContent;
  /** For workspaces that have set none. */
  readonly sender: Mailbox | undefined;
  /** A secret of a workspace by its name, to sign webhooks. */
  readonly secret: (workspace: string, name: string) => string | undefined;
  readonly lanes: (channel: Channel, workspace: string) => readonly Pick<Lane, 'sender'>[];
}

/** The sender of a channel as a workspace has it. */
export type SenderOf = (workspace: string, channel: Channel) => Sender;

/** The name of the secret that signs a workspace's webhooks, where its settings name no other. */
export const WEBHOOK_SECRET = 'webhook';

export const NO_MAIL_SENDER =
  'neither the settings nor SENDER name a sender; set senders.email.from.email with PATCH /v1/settings';

export const noSecret = (workspace: string, name: string): string =>
  `the workspace has no secret ${name}, which signs its webhooks; put it into the file ` +
  `${workspace}.${name} in SECRETS_DIR`;

export function createSenders({ settingsOf, sender, secret, lanes }: SendersDeps): SenderOf {
  const orOwn = (workspace: string, channel: 'sms' | 'call', how: string): Sender => {
    const from = settingsOf(workspace).senders?.[channel]?.from;
    if (from !== undefined) return { from, setBy: 'settings' };
    const own = lanes(channel, workspace).find((lane) => lane.sender !== undefined)?.sender;
    return own === undefined ? { missing: how } : { from: own, setBy: 'installation' };
  };

  return (workspace, channel) => {
    const { senders = {} } = settingsOf(workspace);
    switch (channel) {
      case 'email': {
        const from = senders.email?.from ?? sender;
        if (from === undefined) return { missing: NO_MAIL_SENDER };
        return {
          from: shown({ ...from, email: emailAddress(from.email) ?? from.email }),
          setBy: senders.email === undefined ? 'installation' : 'settings',
        };
      }
      case 'sms':
        return orOwn(workspace, channel, `set senders.sms.from, ${TWILIO} or TWILIO_MESSAGING_SERVICE_SID`);
      case 'call':
        return orOwn(workspace, channel, `set senders.call.from or ${TWILIO}`);
      case 'webhook': {
        const name = senders.webhook?.secret ?? WEBHOOK_SECRET;
        if (secret(workspace, name) === undefined) return { missing: noSecret(workspace, name) };
        return { from: `secret ${name}`, setBy: senders.webhook === undefined ? 'installation' : 'settings' };
      }
      default: {
        const unknown: never = channel;
        return unknown;
      }
    }
  };
}

const TWILIO = 'TWILIO_NUMBER';

const shown = ({ name, email }: Mailbox): string => (name === undefined ? email : `${name} <${email}>`);
