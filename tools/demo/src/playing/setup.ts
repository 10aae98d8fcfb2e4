import { type Client, describeProblem, faultsOf } from '@herald/harness';
import { type FileFault, InputError } from '../files/faults.ts';
import type { WorkspaceStory } from '../files/story.ts';
import { plainTemplate } from '../files/template-files.ts';
import type { Reading } from './pace.ts';

export interface SetUp {
  /** Ids of templates that a campaign names and that have no file: plain ones stand in for them. */
  readonly standIns: readonly string[];
  /** Herald's clock, read while the last campaign was launched. */
  readonly clock: Reading;
}

/**
 * Saves the settings, templates and campaigns of a workspace, and launches the campaigns. Throws
 * `InputError`, with file and line, for what Herald refuses.
 */
export async function setUp(
  client: Client,
  { settings, campaigns, templates }: Pick<WorkspaceStory, 'settings' | 'campaigns' | 'templates'>,
): Promise<SetUp> {
  await must(client, 'PUT', '/v1/settings', settings);
  const written = new Set(templates.map(({ id }) => id));
  const named = new Map(campaigns.flatMap((campaign) => campaign.templates.map((one) => [one.id, one])));
  const missing = [...named.values()].filter(({ id }) => !written.has(id));

  const faults: FileFault[] = [];
  for (const template of [...templates, ...missing.map(plainTemplate)]) {
    const answer = await client.send(
      'PUT',
      `/v1/templates/${encodeURIComponent(template.id)}`,
      template.body,
    );
    if (answer.ok) continue;
    const file = template.file ?? `template ${template.id}`;
    for (const { path, message } of faultsOf(answer))
      faults.push({ file, reason: `${path} ${message}`.trim() });
  }
  if (faults.length > 0) throw new InputError(faults);

  let clock: Reading | undefined;
  for (const campaign of campaigns) {
    const path = `/v1/campaigns/${encodeURIComponent(campaign.id)}`;
    const answer = await client.send('PUT', path, campaign.text, { 'content-type': 'application/yaml' });
    if (answer.ok) clock = await launch(client, path);
    else faults.push(...faultsOf(answer).map(campaign.locate));
  }
  if (faults.length > 0 || clock === undefined) throw new InputError(faults);
  return { standIns: missing.map(({ id }) => id), clock };
}

/** Launches a campaign. The answer has the time of Herald's clock, taken about half way through the call. */
async function launch(client: Client, path: string): Promise<Reading> {
  const before = performance.now();
  const { changedAt } = (await must(client, 'POST', `${path}/launch`, '{}')) as { changedAt: string };
  return { at: Date.parse(changedAt), readAt: (before + performance.now()) / 2 };
}

/** Sends a body that is JSON already. Throws an error that says what the server said. */
export async function must(client: Client, method: string, path: string, body: string): Promise<unknown> {
  const answer = await client.send(method, path, body);
  if (!answer.ok) throw new Error(`${method} ${path}: ${describeProblem(answer)}`);
  return answer.body;
}
