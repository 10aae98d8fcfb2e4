import type { Mailbox } from '@herald/addresses';
import type { Senders, SettingsDocument } from '@herald/contracts';
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

/** `stream`: one of the settings. Default: of messages without a stream. */
export type StatusOf = (workspace: string, channel: Channel, stream?: string) => ChannelStatus;

export interface StatusDeps {
  readonly lanes: Lanes;
  readonly sendersOf: (workspace: string, stream: string | undefined) => Senders;
  readonly defaultSender: Mailbox | undefined;
  /** A secret of a workspace by its name. */
  readonly secret: (workspace: string, name: string) => string | undefined;
}

export function createStatusOf({ lanes, sendersOf, defaultSender, secret }: StatusDeps): StatusOf {
  return (workspace, channel, stream) => {
    const { sender: senders, providers: kinds } = channels[channel];
    const here = lanes.of(channel, { workspace, stream });
    const withSender = here.find((lane) => lane.sender !== undefined);
    const own = withSender?.sender;
    const context = {
      workspace,
      senders: sendersOf(workspace, stream),
      // Never with an account of the workspace: see `Envelope`.
      defaultSender: here[0]?.account === undefined ? defaultSender : undefined,
      secret: (name: string) => secret(workspace, name),
    };
    const found = senders.of(context, own);
    const isOwn = withSender?.account !== undefined && 'from' in found && found.from === own;
    const sender = isOwn ? ({ ...found, setBy: 'settings' } as const) : found;
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

/** `streams`: those of the workspace, with the channels of which each has settings of its own. */
export const allStatuses = (
  statusOf: StatusOf,
  workspace: string,
  streams: NonNullable<SettingsDocument['streams']>,
) =>
  CHANNELS.map((channel) => ({
    ...statusOf(workspace, channel),
    streams: Object.entries(streams)
      .filter(([, stream]) => (stream.senders?.[channel] ?? stream.providers?.[channel]) !== undefined)
      .map(([name]) => ({ stream: name, ...statusOf(workspace, channel, name) })),
  }));
