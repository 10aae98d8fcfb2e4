import { campaignId, listOfSteps, stepId } from './fields.ts';
import * as part from './schema.ts';
import { STEP_KINDS } from './steps/index.ts';
import type { AnyStepKind } from './steps/kind.ts';
import { utm } from './utm.ts';

/**
 * JSON Schema (2020-12) of a campaign, for editors: completion and first checks. `parseCampaign` knows more
 * and explains better.
 */
export function campaignJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Herald campaign',
    type: 'object',
    required: ['id', 'enter', 'steps'],
    properties: {
      id: campaignId,
      name: { type: 'string' },
      enter: part.enter,
      exit: { type: 'array', items: part.exitRule },
      window: part.hours,
      rate: part.rate,
      utm,
      steps: { ...listOfSteps, minItems: 1 },
    },
    additionalProperties: false,
    $defs: { step: { anyOf: Object.entries(STEP_KINDS).map(([name, kind]) => stepSchema(name, kind)) } },
  };
}

const stepSchema = (name: string, { schema, beside }: Pick<AnyStepKind, 'schema' | 'beside'>): object => ({
  type: 'object',
  required: ['id', name],
  properties: { id: stepId, [name]: schema, ...beside },
  additionalProperties: false,
});
