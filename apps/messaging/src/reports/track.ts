import { type MessageDocument, publicLink, signTrackedLink, type TrackedLink } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { channels } from '../channels/index.ts';
import type { Outgoing } from '../providers/provider.ts';
import type { Settings } from '../settings/settings.ts';

/** The message with tracking of opens and clicks, where the workspace has set that and the channel can. */
export type Track = (doc: MessageDocument, message: Outgoing) => Outgoing;

export interface TrackDeps {
  readonly settings: Pick<Settings, 'of'>;
  readonly linkSecret: string;
  readonly publicUrl: string;
  readonly clock: Clock;
}

export function createTrack({ settings, linkSecret, publicUrl, clock }: TrackDeps): Track {
  const unsubscribeLinks = publicLink(publicUrl, '/u/');
  return ({ workspace, state }, message) => {
    const { track } = channels[message.channel];
    if (track === undefined) return message;
    const { opens, clicks } = settings.of(workspace).tracking ?? {};
    const { prospectId, messageId } = state;
    const about: TrackedLink = { workspace, prospectId, messageId, madeAt: clock.now() };
    const addressOf = (link: TrackedLink): string =>
      publicLink(publicUrl, `/t/${signTrackedLink(link, linkSecret)}`);
    // A click to unsubscribe shows no interest: it is not tracked.
    const linkTo = (target: string): string =>
      target.startsWith(unsubscribeLinks) ? target : addressOf({ ...about, target });
    return track(message, {
      linkTo: clicks ? linkTo : undefined,
      picture: opens ? addressOf(about) : undefined,
    });
  };
}
