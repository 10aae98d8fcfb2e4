import { collections, type TemplateVersionDocument } from '@herald/contracts';
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

  /** The templates of a workspace; some of them, where it has very many. */
  const templatesOf = async (workspace: string): Promise<TemplateVersionDocument[]> => {
    const { items } = await templates.find({ index: 'byWorkspace', equals: [workspace], limit: TEMPLATES });
    const keys = items.map(({ id, latest }) => ({ workspace, id: versionId(id, latest) }));
    return (await versions.getMany(keys)).flatMap((version) => version ?? []);
  };

  return async (workspace, before, after, unnamed) => {
    const lost = CHANNELS.filter(
      (channel) => before.senders?.[channel] !== undefined && after.senders?.[channel] === undefined,
    );
    const dropped = Object.keys(before).filter((name) => name !== 'senders' && !(name in after));
    const warnings = (unnamed ? dropped : []).map(
      (name) => `${name} is unset now: it was not in the request. PATCH changes only what it names.`,
    );
    const { streams = {} } = after;
    const gone = Object.keys(before.streams ?? {}).filter((name) => !Object.hasOwn(streams, name));
    if (lost.length === 0 && gone.length === 0) return warnings;
    const all = await templatesOf(workspace);
    for (const channel of lost) {
      const used = all.filter((template) => template.channel === channel);
      if (used.length > 0)
        warnings.push(
          `senders.${channel} is unset now, and templates send by ${channel} ` +
            `(${namesOf(used)}): ${channels[channel].sender.whenUnset(hasDefaultSender)}`,
        );
    }
    for (const name of gone) {
      const used = all.filter(({ stream }) => stream === name);
      if (used.length > 0)
        warnings.push(
          `streams.${name} is gone, and templates name it (${namesOf(used)}): ` +
            'their messages fail as no_stream.',
        );
    }
    return warnings;
  };
}

/** Some of them. */
function namesOf(templates: readonly TemplateVersionDocument[]): string {
  const names = templates.slice(0, 3).map(({ templateId }) => templateId);
  return templates.length > 3 ? `${names.join(', ')} and ${templates.length - 3} more` : names.join(', ');
}
