import { collections } from '@herald/contracts';
import { type CampaignDefinition, type Fault, parseCampaign, type TemplateUse } from '@herald/domain';
import { Problem } from '@herald/http';
import type { Store } from '@herald/store';

/**
 * Reads the text of a campaign that is saved under an id. Throws 422 with every mistake and its place: of the
 * text, then of the templates that it names.
 */
export type CheckCampaign = (workspace: string, id: string, text: string) => Promise<CampaignDefinition>;

export function createCheckCampaign(store: Store): CheckCampaign {
  const templates = store.collection(collections.templates);
  const versions = store.collection(collections.templateVersions);

  const checkTemplates = async (workspace: string, uses: readonly TemplateUse[]): Promise<void> => {
    const found = await templates.getMany(uses.map(({ template: id }) => ({ workspace, id })));
    const missing = uses.filter((_use, index) => found[index] === undefined);
    if (missing.length > 0)
      throw invalid(missing.map((use) => use.fault(`there is no template "${use.template}"`)));
    const newest = uses.map(({ template }, index) => `${template}@${found[index]?.latest ?? 0}`);
    const latest = await versions.getMany(newest.map((id) => ({ workspace, id })));
    const foreign = uses.flatMap((use, index) => {
      const { channel = use.channel } = latest[index] ?? {};
      return channel === use.channel
        ? []
        : [use.fault(`template "${use.template}" is for ${channel}, not for ${use.channel}`)];
    });
    if (foreign.length > 0) throw invalid(foreign);
  };

  return async (workspace, id, text) => {
    const parsed = parseCampaign(text);
    if (!parsed.ok) throw invalid(parsed.faults, parsed.count);
    const { definition } = parsed;
    if (definition.id !== id) {
      const message = `is "${definition.id}", but the address says "${id}"`;
      throw invalid([{ path: 'id', line: 1, column: 1, message }]);
    }
    await checkTemplates(workspace, parsed.templates);
    return definition;
  };
}

function invalid(faults: readonly Fault[], count = faults.length): Problem {
  const errors = faults.map(({ path, line, column, message }) => ({
    path: `/${path}`,
    message: `line ${line}, column ${column}: ${message}`,
  }));
  const mistakes = count === 1 ? 'one mistake' : `${count.toLocaleString('en-US')} mistakes`;
  return new Problem(422, 'invalid_campaign', `the campaign has ${mistakes}`, { errors, errorCount: count });
}
