import { collections, type TemplateDocument, type TemplateVersionDocument } from '@herald/contracts';
import { type Http, PageQuery, type Principal, Problem, pageOf, problemResponses } from '@herald/http';
import type { Store } from '@herald/store';
import { Type } from 'typebox';
import type { CheckTemplate } from './check.ts';
import { contentOf, TemplateBody, templateFields } from './content.ts';
import { versionId } from './library.ts';
import type { SaveTemplate } from './save.ts';

const Id = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$', examples: ['welcome'] }),
});
const When = Type.String({ format: 'date-time' });
const Template = Type.Object({
  id: Type.String(),
  version: Type.Integer({ description: 'the version that is sent' }),
  changedAt: When,
  ...templateFields,
});
const Saved = Type.Object({
  ...Template.properties,
  warnings: Type.Optional(
    Type.Array(Type.String(), { description: 'What may not have been meant. It was saved all the same.' }),
  ),
});
const Summary = Type.Object({ id: Type.String(), version: Type.Integer(), changedAt: When });
const Version = Type.Object({ version: Type.Integer(), savedAt: When, ...templateFields });

const tags = ['templates'];
const read = { scope: 'templates:read' } as const;
const write = { scope: 'templates:write' } as const;

export interface TemplateRoutesDeps {
  readonly store: Store;
  readonly check: CheckTemplate;
  readonly save: SaveTemplate;
}

/** The routes that keep templates. */
export function templateRoutes(app: Http, { store, check, save }: TemplateRoutesDeps): void {
  const templates = store.collection(collections.templates);
  const versions = store.collection(collections.templateVersions);

  const existing = async ({ workspace }: Principal, id: string): Promise<TemplateDocument> => {
    const head = await templates.get(workspace, id);
    if (head === undefined) throw new Problem(404, 'template_unknown', 'There is no such template.');
    return head;
  };

  app.put(
    '/v1/templates/:id',
    {
      config: { ...write, takesYaml: true },
      schema: {
        tags,
        summary: 'Save a template, as JSON or YAML, after checking it; a change makes a new version',
        params: Id,
        body: TemplateBody,
        response: { 200: Saved, 201: Saved, ...problemResponses(400, 409, 422, 503) },
      },
    },
    async ({ principal, params, body }, reply) => {
      const { faults, partials, warnings } = await check(principal.workspace, params.id, body);
      if (faults.length > 0)
        throw new Problem(422, 'invalid_template', 'The template cannot be used.', { errors: [...faults] });
      const { head, version, created } = await save(principal.workspace, params.id, body, partials);
      return reply
        .code(created ? 201 : 200)
        .send({ ...view(head, version), ...(warnings.length > 0 && { warnings: [...warnings] }) });
    },
  );

  app.get(
    '/v1/templates',
    {
      config: read,
      schema: {
        tags,
        summary: 'List the templates',
        querystring: PageQuery,
        response: { 200: pageOf(Summary), ...problemResponses(400) },
      },
    },
    async ({ principal, query }) => {
      const { limit = 50, cursor } = query;
      const equals = [principal.workspace];
      const page = await templates.find({ index: 'byWorkspace', equals, limit, cursor });
      return { items: page.items.map(summary), nextCursor: page.next };
    },
  );

  app.get(
    '/v1/templates/:id',
    {
      config: read,
      schema: {
        tags,
        summary: 'Read a template',
        params: Id,
        response: { 200: Template, ...problemResponses(404) },
      },
    },
    async ({ principal, params }) => {
      const head = await existing(principal, params.id);
      const version = await versions.get(principal.workspace, versionId(head.id, head.latest));
      if (version === undefined) throw new Error(`template ${head.id} has lost version ${head.latest}`);
      return view(head, version);
    },
  );

  app.get(
    '/v1/templates/:id/versions',
    {
      config: read,
      schema: {
        tags,
        summary: 'List the versions of a template, newest first',
        params: Id,
        querystring: PageQuery,
        response: { 200: pageOf(Version), ...problemResponses(400, 404) },
      },
    },
    async ({ principal, params, query }) => {
      const head = await existing(principal, params.id);
      const { limit = 50, cursor } = query;
      const equals = [principal.workspace, head.id];
      const page = await versions.find({ index: 'byTemplate', equals, limit, cursor, reverse: true });
      return { items: page.items.map(viewVersion), nextCursor: page.next };
    },
  );
}

const iso = (instant: number): string => new Date(instant).toISOString();

const summary = ({ id, latest, changedAt }: TemplateDocument) => ({
  id,
  version: latest,
  changedAt: iso(changedAt),
});

const view = (head: TemplateDocument, version: TemplateVersionDocument) => ({
  ...summary(head),
  ...contentOf(version),
});

const viewVersion = (version: TemplateVersionDocument) => ({
  version: version.n,
  savedAt: iso(version.savedAt),
  ...contentOf(version),
});
