import { collections } from '@herald/contracts';
import { CHANNELS } from '@herald/domain';
import type { Store } from '@herald/store';
import { channels } from '../channels/index.ts';
import { versionId } from '../templates/library.ts';
import type { SettingsContent } from './settings.ts';

interface WarningsDeps {
  readonly store: Pick<Store, 'collection'>;
  /** Whether the installation has a sender for mail of workspaces that have none. */
  readonly hasDefaultSender: boolean;
}

/** Warnings about a change of settings; the change is made all the same. */
export type SettingsWarnings = (
  workspace: string,
  before: SettingsContent,
  after: SettingsContent,
  /** Whether the request replaced all settings: then everything that is gone is named. */
  unnamed: boolean,
) => Promise<string[]>;

const TEMPLATES = 1_000;

export function createWarnings({ store, hasDefaultSender }: WarningsDeps): SettingsWarnings {
  const templates = store.collection(collections.templates);
  const versions = store.collection(collections.templateVersions);

  /** The templates of these channels, by channel; some of them, where a workspace has very many. */
  const templatesOf = async (workspace: string, channels: readonly string[]) => {
    const { items } = await templates.find({ index: 'byWorkspace', equals: [workspace], limit: TEMPLATES });
    const keys = items.map(({ id, latest }) => ({ workspace, id: versionId(id, latest) }));
    const found = (await versions.getMany(keys)).flatMap((version) => version ?? []);
    return Map.groupBy(
      found.filter(({ channel }) => channels.includes(channel)),
      ({ channel }) => channel,
    );
  };

  return async (workspace, before, after, unnamed) => {
    const lost = CHANNELS.filter(
      (channel) => before.senders?.[channel] !== undefined && after.senders?.[channel] === undefined,
    );
    const dropped = Object.keys(before).filter((name) => name !== 'senders' && !(name in after));
    const warnings = (unnamed ? dropped : []).map(
      (name) => `${name} is unset now: it was not in the request. PATCH changes only what it names.`,
    );
    if (lost.length === 0) return warnings;
    const inUse = await templatesOf(workspace, lost);
    for (const channel of lost) {
      const used = inUse.get(channel) ?? [];
      if (used.length === 0) continue;
      const names = used.slice(0, 3).map(({ templateId }) => templateId);
      const more = used.length > 3 ? ` and ${used.length - 3} more` : '';
      warnings.push(
        `senders.${channel} is unset now, and templates send by ${channel} ` +
          `(${names.join(', ')}${more}): ${channels[channel].sender.whenUnset(hasDefaultSender)}`,
      );
    }
    return warnings;
  };
}
