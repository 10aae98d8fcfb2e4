import type { Mailbox } from '@herald/addresses';
import type { Senders } from '@herald/contracts';
import { CHANNELS, type Channel } from '@herald/domain';
import type { ProviderView } from '../providers/lane.ts';
import type { Sender } from './channel.ts';
import { channels } from './index.ts';
import type { Lanes } from './lanes.ts';

/** The status of a channel in one workspace, as this replica sees it. */
export interface ChannelStatus {
  readonly channel: Channel;
  /** Why nothing leaves on it, and what to do; undefined: it is set up. */
  readonly problem?: string;
  readonly sender: Sender;
  /** In the order in which they are tried. */
  readonly providers: readonly ProviderView[];
}

export type StatusOf = (workspace: string, channel: Channel) => ChannelStatus;

export interface StatusDeps {
  readonly lanes: Lanes;
  readonly sendersOf: (workspace: string) => Senders;
  readonly defaultSender: Mailbox | undefined;
  /** A secret of a workspace by its name. */
  readonly secret: (workspace: string, name: string) => string | undefined;
}

export function createStatusOf({ lanes, sendersOf, defaultSender, secret }: StatusDeps): StatusOf {
  return (workspace, channel) => {
    const { sender: senders, providers: kinds } = channels[channel];
    const here = lanes.of(channel, workspace);
    const own = here.find((lane) => lane.sender !== undefined)?.sender;
    const context = {
      workspace,
      senders: sendersOf(workspace),
      defaultSender,
      secret: (name: string) => secret(workspace, name),
    };
    const sender = senders.of(context, own);
    const problem =
      here.length === 0
        ? `no_provider: nothing here sends ${channel}; ${kinds.setUp}`
        : 'missing' in sender
          ? `no_sender: ${sender.missing}`
          : undefined;
    const providers = here.map((lane) => lane.view(workspace));
    return { channel, sender, providers, ...(problem !== undefined && { problem }) };
  };
}

export const allStatuses = (statusOf: StatusOf, workspace: string): readonly ChannelStatus[] =>
  CHANNELS.map((channel) => statusOf(workspace, channel));
