import { type Fault, readText } from '../text/source-text.ts';
import { checkCampaign } from './check/campaign.ts';
import type { TemplateUse } from './check/checker.ts';
import type { CampaignDefinition } from './definition.ts';

export type ParsedCampaign =
  | { readonly ok: true; readonly definition: CampaignDefinition; readonly templates: readonly TemplateUse[] }
  | {
      readonly ok: false;
      /** The first 50. */
      readonly faults: readonly Fault[];
      /** How many there are in all. */
      readonly count: number;
    };

/** Characters. */
const MAX_TEXT = 256 * 1024;

/**
 * A campaign from YAML or JSON text: the definition, or every mistake with its place. Checks the shape, ids,
 * event types, durations, zones, and that every expression compiles. Whether the templates exist is for the
 * caller to check, with what `templates` gives.
 */
export function parseCampaign(text: string): ParsedCampaign {
  if (text.length > MAX_TEXT) {
    const message = `longer than ${MAX_TEXT} characters`;
    return { ok: false, faults: [{ path: '', line: 1, column: 1, message }], count: 1 };
  }
  const source = readText(text);
  if (source.faults.length > 0) return { ok: false, faults: source.faults, count: source.faults.length };
  const { faults, count, templates } = checkCampaign(source);
  if (count > 0) return { ok: false, faults, count };
  return { ok: true, definition: source.value as CampaignDefinition, templates };
}
