import { type CampaignDocument, collections } from '@herald/contracts';
import { campaignJsonSchema } from '@herald/domain';
import { type Http, PageQuery, Problem, pageOf, problemResponses } from '@herald/http';
import type { Store } from '@herald/store';
import { Type } from 'typebox';
import type { CampaignCommands } from './commands.ts';
import { Report, readReport } from './report.ts';
import { Campaign, documentedBody, Id, Launch, summary, Version, versionOf, Whole } from './schemas.ts';

const read = { scope: 'campaigns:read' } as const;
const write = { scope: 'campaigns:write' } as const;
const tags = ['campaigns'];

/** The routes of campaigns. */
export async function campaignRoutes(app: Http, store: Store, commands: CampaignCommands): Promise<void> {
  const campaigns = store.collection(collections.campaigns);
  const versions = store.collection(collections.campaignVersions);

  const existing = async (workspace: string, id: string): Promise<CampaignDocument> => {
    const doc = await campaigns.get(workspace, id);
    if (doc === undefined) throw new Problem(404, 'campaign_unknown', `there is no campaign "${id}"`);
    return doc;
  };

  await app.register(async (texts: Http) => {
    // The text itself is kept, and mistakes are reported with their places in it: so the body stays unparsed.
    texts.removeAllContentTypeParsers();
    const asText = ['application/json', 'application/yaml', 'application/x-yaml', 'text/yaml', 'text/plain'];
    texts.addContentTypeParser(asText, { parseAs: 'string' }, (_request, body, done) => done(null, body));
    texts.put(
      '/v1/campaigns/:id',
      {
        config: { ...write, documentedBody },
        schema: {
          tags,
          summary: 'Save a campaign, as YAML or JSON; a change makes a new version',
          params: Id,
          response: { 200: Whole, 201: Whole, ...problemResponses(409, 422) },
        },
      },
      async (request, reply) => {
        if (typeof request.body !== 'string') throw new Problem(422, 'invalid_campaign', 'the body is empty');
        const saved = await commands.save(request.principal.workspace, request.params.id, request.body);
        const { definition, text } = saved.version;
        return reply.code(saved.created ? 201 : 200).send({ ...summary(saved.doc), definition, text });
      },
    );
  });

  app.get(
    '/v1/campaigns',
    {
      config: read,
      schema: {
        tags,
        summary: 'List the campaigns',
        querystring: PageQuery,
        response: { 200: pageOf(Campaign), ...problemResponses(400) },
      },
    },
    async ({ principal, query }) => {
      const page = await campaigns.find({
        index: 'byWorkspace',
        equals: [principal.workspace],
        limit: query.limit ?? 50,
        cursor: query.cursor,
      });
      return { items: page.items.map(summary), nextCursor: page.next };
    },
  );

  app.get(
    '/v1/campaigns/:id',
    {
      config: read,
      schema: {
        tags,
        summary: 'Read a campaign',
        params: Id,
        response: { 200: Whole, ...problemResponses(404) },
      },
    },
    async ({ principal, params }) => {
      const doc = await existing(principal.workspace, params.id);
      const version = await versions.get(principal.workspace, `${doc.id}@${doc.latest}`);
      if (version === undefined) throw new Error(`campaign ${doc.id} has lost version ${doc.latest}`);
      return { ...summary(doc), definition: version.definition, text: version.text };
    },
  );

  app.get(
    '/v1/campaigns/:id/versions',
    {
      config: read,
      schema: {
        tags,
        summary: 'List the versions of a campaign, newest first',
        params: Id,
        querystring: PageQuery,
        response: { 200: pageOf(Version), ...problemResponses(400, 404) },
      },
    },
    async ({ principal, params, query }) => {
      await existing(principal.workspace, params.id);
      const page = await versions.find({
        index: 'byCampaign',
        equals: [principal.workspace, params.id],
        limit: query.limit ?? 50,
        cursor: query.cursor,
        reverse: true,
      });
      return { items: page.items.map(versionOf), nextCursor: page.next };
    },
  );

  app.post(
    '/v1/campaigns/:id/launch',
    {
      config: write,
      schema: {
        tags,
        summary: 'Let people into the newest version, or the one named',
        params: Id,
        querystring: Launch,
        response: { 200: Campaign, ...problemResponses(400, 404, 409) },
      },
    },
    async ({ principal, params, query }) =>
      summary(await commands.launch(principal.workspace, params.id, query.version)),
  );

  const verbs = {
    pause: 'Pause a campaign: nobody enters, and nobody goes on',
    resume: 'Let a paused campaign go on',
    archive: 'Archive a campaign',
  };
  for (const verb of ['pause', 'resume', 'archive'] as const) {
    app.post(
      `/v1/campaigns/:id/${verb}`,
      {
        config: write,
        schema: {
          tags,
          summary: verbs[verb],
          params: Id,
          response: { 200: Campaign, ...problemResponses(404, 409) },
        },
      },
      async ({ principal, params }) => summary(await commands[verb](principal.workspace, params.id)),
    );
  }

  app.get(
    '/v1/campaigns/:id/report',
    {
      config: read,
      schema: {
        tags,
        summary: 'Read the figures of a campaign',
        params: Id,
        response: { 200: Report, ...problemResponses(404) },
      },
    },
    async ({ principal, params }) => {
      await existing(principal.workspace, params.id);
      return readReport(store, principal.workspace, params.id);
    },
  );

  const schema = {
    tags,
    summary: 'JSON Schema of a campaign, for editors',
    response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true }) },
  };
  app.get('/schemas/campaign.json', { schema }, async () => campaignJsonSchema());
}
