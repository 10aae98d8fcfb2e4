import type { TemplateVersionDocument } from '@herald/contracts';
import type { TopicRule } from '@herald/domain';
import type { Settings } from '../settings/settings.ts';

/**
 * What a message of this template is about, as the workspace has set it; a topic that nobody has set is one
 * that people can opt out of.
 */
export type TopicOf = (
  workspace: string,
  version: Pick<TemplateVersionDocument, 'topic'> | undefined,
) => TopicRule | undefined;

export const createTopicOf =
  (settings: Pick<Settings, 'of'>): TopicOf =>
  (workspace, version) => {
    const id = version?.topic;
    if (id === undefined) return undefined;
    return settings.of(workspace).topics?.find((topic) => topic.id === id) ?? { id };
  };
