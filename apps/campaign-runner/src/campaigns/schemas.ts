import type { CampaignDocument, CampaignVersionDocument } from '@herald/contracts';
import { NAME_PATTERN } from '@herald/domain';
import { Type } from 'typebox';

/** What the campaign routes take and answer. */

export const Id = Type.Object({
  id: Type.String({ pattern: NAME_PATTERN, examples: ['welcome'] }),
});

export const Campaign = Type.Object({
  id: Type.String(),
  name: Type.String(),
  status: Type.String(),
  version: Type.Integer({ description: 'the newest version saved' }),
  launched: Type.Union([Type.Integer(), Type.Null()], { description: 'the version new people enter' }),
  changedAt: Type.String({ format: 'date-time' }),
});

export const Version = Type.Object({
  version: Type.Integer(),
  savedAt: Type.String({ format: 'date-time' }),
  definition: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
  text: Type.String({ description: 'as it was sent' }),
});

/** With the text of its newest version. */
export const Whole = Type.Object({
  ...Campaign.properties,
  definition: Version.properties.definition,
  text: Type.String(),
});

/** A campaign as lists show it. */
export const summary = (doc: CampaignDocument) => ({
  id: doc.id,
  name: doc.name,
  status: doc.status,
  version: doc.latest,
  launched: doc.launched ?? null,
  changedAt: new Date(doc.changedAt).toISOString(),
});

/** A version as the API shows it. */
export const versionOf = (doc: CampaignVersionDocument) => ({
  version: doc.n,
  savedAt: new Date(doc.savedAt).toISOString(),
  definition: doc.definition,
  text: doc.text,
});

const example = `id: welcome
name: Welcome
enter: { on: trial.started }
steps:
  - id: hello
    email: { template: welcome }
`;
/** The body as the API's description has it: the route itself reads any text. */
export const documentedBody = {
  'application/yaml': Type.String({
    description: 'A campaign, as /schemas/campaign.json has it.',
    examples: [example],
  }),
  'application/json': Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'A campaign, as /schemas/campaign.json has it.',
      examples: [
        {
          id: 'welcome',
          name: 'Welcome',
          enter: { on: 'trial.started' },
          steps: [{ id: 'hello', email: { template: 'welcome' } }],
        },
      ],
    },
  ),
};

export const Launch = Type.Object(
  { version: Type.Optional(Type.Integer({ minimum: 1 })) },
  { additionalProperties: false },
);
