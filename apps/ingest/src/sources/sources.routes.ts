import type { Broker } from '@herald/broker';
import type { Secrets } from '@herald/config';
import { publicLink, type SourceDocument } from '@herald/contracts';
import { createAnnouncer } from '@herald/definitions';
import { type Clock, canonicalJson } from '@herald/domain';
import { type Http, PageQuery, Problem, pageOf, problemResponses } from '@herald/http';
import type { Log } from '@herald/log';
import type { Collection } from '@herald/store';
import { type Static, Type } from 'typebox';
import {
  checkDefinition,
  SourceBody,
  type SourceDefinition,
  SourceId,
  SourceResource,
} from './definition.ts';
import type { SourceMemory } from './source-memory.ts';

/** How often a write is tried when others write at the same time. */
const ATTEMPTS = 3;

const Params = Type.Object({ id: SourceId });
const tags = ['sources'];
const read = { scope: 'sources:read' } as const;
const write = { scope: 'sources:write' } as const;

export interface SourcesDeps {
  readonly collection: Collection<SourceDocument>;
  readonly memory: SourceMemory;
  readonly broker: Pick<Broker, 'publish'>;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** Public address of the API. */
  readonly publicUrl: string;
}

/**
 * `PUT`, `GET`, `DELETE /v1/sources/:id` and `GET /v1/sources`: from the store, so that every replica gives
 * the same answer.
 */
export async function sourcesRoutes(app: Http, deps: SourcesDeps): Promise<void> {
  const { collection, memory, broker, log, secrets, clock, publicUrl } = deps;
  const announcer = createAnnouncer(broker, (err, { workspace, id }) =>
    log.warn({ err, workspace, source: id }, 'a source is stored; it is announced once the broker takes it'),
  );

  app.put(
    '/v1/sources/:id',
    {
      config: { ...write, takesYaml: true },
      schema: {
        tags,
        summary: 'Write a source, as JSON or YAML',
        description: 'Idempotent. Content that is stored already keeps its version.',
        params: Params,
        body: SourceBody,
        response: {
          200: SourceResource,
          201: SourceResource,
          ...problemResponses(400, 409, 422, 503),
        },
      },
    },
    async ({ params: { id }, body, principal: { workspace } }, reply) => {
      const definition = checkDefinition(body, workspace, secrets);
      const { doc, created } = await store(workspace, id, definition);
      await announce(workspace, id, doc.version);
      return reply.code(created ? 201 : 200).send(toResource(doc));
    },
  );

  app.get(
    '/v1/sources/:id',
    {
      config: read,
      schema: {
        tags,
        summary: 'Read a source',
        params: Params,
        response: { 200: SourceResource, ...problemResponses(400, 404) },
      },
    },
    async ({ params: { id }, principal: { workspace } }) => {
      const doc = await collection.get(workspace, id);
      if (doc === undefined) throw notFound(id);
      return toResource(doc);
    },
  );

  app.get(
    '/v1/sources',
    {
      config: read,
      schema: {
        tags,
        summary: 'List the sources',
        querystring: PageQuery,
        response: { 200: pageOf(SourceResource), ...problemResponses(400) },
      },
    },
    async ({ query: { limit = 50, cursor }, principal: { workspace } }) => {
      const page = await collection.find({
        index: 'byWorkspace',
        equals: [workspace],
        limit,
        cursor,
      });
      return {
        items: page.items.map(toResource),
        nextCursor: page.next,
      };
    },
  );

  app.delete(
    '/v1/sources/:id',
    {
      config: write,
      schema: {
        tags,
        summary: 'Remove a source',
        description: 'From then on its webhooks are refused. Events that it recorded stay.',
        params: Params,
        response: { 204: Type.Null(), ...problemResponses(400, 404, 503) },
      },
    },
    async ({ params: { id }, principal: { workspace } }, reply) => {
      const current = await collection.get(workspace, id);
      await collection.remove(workspace, id);
      // Also if there was none: an earlier call may have removed it and failed before the other replicas
      // knew.
      await announce(workspace, id, (current?.version ?? 0) + 1);
      if (current === undefined) throw notFound(id);
      return reply.code(204).send(null);
    },
  );

  const store = async (
    workspace: string,
    id: string,
    definition: SourceDefinition,
  ): Promise<{ doc: SourceDocument; created: boolean }> => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const current = await collection.get(workspace, id);
      if (current !== undefined && isSame(current, definition)) return { doc: current, created: false };
      const version = (current?.version ?? 0) + 1;
      const doc: SourceDocument = { ...definition, workspace, id, version, changedAt: clock.now() };
      const [written] = await collection.write([{ doc, ifVersion: current?.version ?? null }]);
      if (written === true) return { doc, created: current === undefined };
    }
    throw new Problem(409, 'conflict', 'This source is being written by others. Read it and try again.');
  };

  /** This replica's memory first, then the others'. */
  const announce = async (workspace: string, id: string, version: number): Promise<void> => {
    await memory.refresh(workspace, id);
    await announcer.announce({ kind: 'source', workspace, id, version });
  };

  const toResource = (doc: SourceDocument): Static<typeof SourceResource> => ({
    id: doc.id,
    ...(doc.name === undefined ? {} : { name: doc.name }),
    verify: { ...doc.verify } as SourceBody['verify'],
    ...(doc.handshake === undefined ? {} : { handshake: { ...doc.handshake } as SourceBody['handshake'] }),
    map: doc.map,
    version: doc.version,
    changedAt: new Date(doc.changedAt).toISOString(),
    url: publicLink(publicUrl, `/hooks/${doc.workspace}/${doc.id}`),
  });
}

const isSame = (a: SourceDefinition, b: SourceDefinition): boolean => contentOf(a) === contentOf(b);
const contentOf = ({ name, verify, handshake, map }: SourceDefinition): string =>
  canonicalJson({ name, verify, handshake, map });

const notFound = (id: string): Problem => new Problem(404, 'not_found', `There is no source ${id}.`);
