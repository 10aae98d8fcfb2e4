/** Pattern of names that people give: campaigns, templates, sources, topics, secrets. */
export const NAME_PATTERN = '^[a-z0-9][a-z0-9_-]{0,62}$';

/** Pattern of a workspace's name. It stands in URLs and, before a dot, in names of files. */
export const WORKSPACE_PATTERN = '^[a-z0-9][a-z0-9-]{0,62}$';
