import { CHANNELS, type Channel } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import type { Providers } from '../providers/provider.ts';
import type { StatusOf } from './status.ts';

/** At most so many workspaces and channels are named one by one. */
const MAX_NAMED = 50;

export interface WarnAtStartDeps extends Pick<ServiceDeps, 'log'> {
  readonly providers: Providers;
  readonly hasSender: boolean;
  readonly statusOf: StatusOf;
  /** The channels for which a workspace has templates. */
  readonly inUse: Iterable<{ readonly workspace: string; readonly channel: Channel }>;
}

/** Warns at start about channels on which nothing can leave, before the first message fails. */
export function warnAtStart({ log, providers, hasSender, statusOf, inUse }: WarnAtStartDeps): void {
  const silent = CHANNELS.filter((channel) => (providers[channel] ?? []).length === 0);
  if (silent.length > 0)
    log.warn({ channels: silent }, 'no_provider: nothing here sends these channels; their messages fail');
  if (!hasSender && !silent.includes('email'))
    log.warn(
      'no_sender: SENDER is not set; mail of workspaces without senders.email in their settings fails',
    );
  const broken = [...inUse].flatMap(({ workspace, channel }) => {
    const { problem } = statusOf(workspace, channel);
    return problem === undefined ? [] : [{ workspace, channel, reason: problem }];
  });
  for (const fields of broken.slice(0, MAX_NAMED))
    log.warn(fields, 'a workspace has templates of a channel on which nothing can leave');
  if (broken.length > MAX_NAMED)
    log.warn({ count: broken.length - MAX_NAMED }, 'and more workspaces and channels like these');
}
