import { CHANNELS } from '@herald/domain';
import { type Http, type Principal, Problem, problemResponses } from '@herald/http';
import { Type } from 'typebox';
import { bodyOrNone } from '../body-or-none.ts';
import type { Content } from '../channels/channel.ts';
import { channels } from '../channels/index.ts';
import type { Preview } from './preview.ts';
import { Sample } from './sample.ts';

const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128, examples: ['welcome'] }) });
const InLanguage = Type.Object({
  locale: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'the language to show it in, as a BCP 47 tag. Default: that of the sample’s prospect',
      examples: ['pt-BR'],
    }),
  ),
});
const locale = Type.Optional(
  Type.String({ description: 'the variant that was chosen, by its language; default: none fitted' }),
);
/** What a template says: the fields of its channel. */
const Shown = Type.Unsafe<Content & { version: number; locale?: string }>(
  Type.Object({
    version: Type.Integer(),
    locale,
    channel: Type.String(),
    ...Object.assign({}, ...CHANNELS.map((channel) => channels[channel].template.preview)),
  }),
);
const Sent = Type.Object({
  messageId: Type.String(),
  outcome: Type.Literal('sent'),
  providerId: Type.Optional(Type.String()),
  subject: Type.Optional(Type.String()),
  locale,
});
const example = { prospect: { traits: { name: 'Ada', timezone: 'Europe/London' } } };
const tags = ['templates'];

/** The routes that preview a template, and send it as a test. */
export function previewRoutes(app: Http, preview: Preview): void {
  app.post(
    '/v1/templates/:id/preview',
    {
      config: { scope: 'templates:read' },
      preValidation: bodyOrNone,
      schema: {
        tags,
        summary: 'Render a template with a prospect, or with sample data, by the code that sends',
        params: Id,
        querystring: InLanguage,
        body: Type.Object(Sample, { additionalProperties: false, examples: [example] }),
        response: { 200: Shown, ...problemResponses(400, 404, 409, 422, 503) },
      },
    },
    async ({ principal, params, query, body }) => {
      maySee(principal, body);
      return preview.show(principal.workspace, params.id, body, query.locale);
    },
  );

  app.post(
    '/v1/templates/:id/test',
    {
      config: { scope: 'templates:write' },
      schema: {
        tags,
        summary: 'Send a template to an address of yours',
        params: Id,
        querystring: InLanguage,
        body: Type.Object(
          {
            to: Type.String({ maxLength: 2_000, description: 'an address of the channel' }),
            ...Sample,
          },
          { additionalProperties: false, examples: [{ to: 'you@acme.example', ...example }] },
        ),
        response: { 200: Sent, ...problemResponses(400, 404, 409, 422, 429, 502, 503) },
      },
    },
    async ({ principal, params, query, body }) => {
      const { to, ...sample } = body;
      maySee(principal, sample);
      const { outcome, ...sent } = await preview.sendTest(
        principal.workspace,
        params.id,
        to,
        sample,
        query.locale,
      );
      if (outcome.kind !== 'sent')
        throw new Problem(502, `provider_${outcome.kind}`, `The provider did not take it: ${outcome.reason}`);
      return {
        ...sent,
        outcome: outcome.kind,
        ...(outcome.providerId && { providerId: outcome.providerId }),
      };
    },
  );
}

/** A rendered template shows a prospect's data. */
function maySee({ scopes }: Principal, { prospectId }: Sample): void {
  if (prospectId === undefined || scopes.includes('*') || scopes.includes('prospects:read')) return;
  throw new Problem(403, 'scope_missing', 'A prospect’s data needs a key with the scope prospects:read.');
}
