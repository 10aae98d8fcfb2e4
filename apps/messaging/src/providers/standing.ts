import { CHANNELS, type Channel } from '@herald/domain';
import type { Sender, SenderOf } from '../addresses/senders.ts';
import type { Channels, ProviderView } from './channels.ts';

/** How a channel stands in one workspace, as this replica sees it. */
export interface Standing {
  readonly channel: Channel;
  /** Why nothing at all leaves on it, and what to do; undefined where it is set up. */
  readonly problem?: string;
  readonly sender: Sender;
  /** In the order in which they are tried. */
  readonly providers: readonly ProviderView[];
}

export type StandingOf = (workspace: string, channel: Channel) => Standing;

export function createStanding(channels: Channels, senderOf: SenderOf): StandingOf {
  return (workspace, channel) => {
    const sender = senderOf(workspace, channel);
    const providers = channels.lanes(channel, workspace).map((lane) => lane.view(workspace));
    const problem =
      providers.length === 0
        ? `no_provider: nothing here sends ${channel}; ${SET_UP[channel]}`
        : 'missing' in sender
          ? `no_sender: ${sender.missing}`
          : undefined;
    return { channel, sender, providers, ...(problem !== undefined && { problem }) };
  };
}

export const standings = (standingOf: StandingOf, workspace: string): readonly Standing[] =>
  CHANNELS.map((channel) => standingOf(workspace, channel));

const orShow = (channel: string): string => `or, to try things out, CONSOLE_CHANNELS=${channel}`;

const SET_UP: Readonly<Record<Channel, string>> = {
  email: `set SENDGRID_API_KEY or SMTP_URL, ${orShow('email')}`,
  sms: `set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, ${orShow('sms')}`,
  call: `set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, ${orShow('call')}`,
  webhook: 'leave providers.webhook out of the settings of the workspace',
};
