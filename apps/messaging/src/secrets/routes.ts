import type { SecretDocument } from '@herald/contracts';
import { NAME_PATTERN } from '@herald/domain';
import { type Http, Problem, problemResponses } from '@herald/http';
import { Type } from 'typebox';
import { DKIM_SECRET } from '../channels/email/dkim/dkim-keys.ts';
import { readDkimKeys } from '../channels/email/dkim/read-keys.ts';
import type { KeepSecrets } from './keep-secrets.ts';
import type { SecretUsers } from './secret-users.ts';

const Name = Type.Object({
  name: Type.String({ pattern: NAME_PATTERN, examples: ['sendgrid-key'] }),
});
const Secret = Type.Object({
  name: Type.String(),
  changedAt: Type.String({ format: 'date-time' }),
});
const Value = Type.Object(
  {
    value: Type.String({
      minLength: 1,
      maxLength: 16_384,
      description:
        'Never shown again. One that is being rotated has several lines: the first is used to sign and to ' +
        'log in, all of them are accepted in signatures.',
    }),
  },
  { additionalProperties: false, examples: [{ value: 'SG.an-api-key' }] },
);

const tags = ['secrets'];

export interface SecretRoutesDeps {
  readonly keep: KeepSecrets;
  readonly users: SecretUsers;
}

/** The routes that take a workspace's secrets. None gives one back. */
export function secretRoutes(app: Http, { keep, users }: SecretRoutesDeps): void {
  app.get(
    '/v1/settings/secrets',
    {
      config: { scope: 'settings:read' },
      schema: {
        tags,
        summary: 'List the names of the secrets that came by the API',
        response: { 200: Type.Object({ items: Type.Array(Secret) }) },
      },
    },
    async ({ principal }) => ({ items: (await keep.list(principal.workspace)).map(viewOf) }),
  );

  app.put(
    '/v1/settings/secrets/:name',
    {
      config: { scope: 'secrets:write' },
      schema: {
        tags,
        summary: 'Write a secret. It is stored encrypted, used from then on, and never shown again',
        params: Name,
        body: Value,
        response: { 200: Secret, 201: Secret, ...problemResponses(400, 409, 422) },
      },
    },
    async ({ principal, params, body }, reply) => {
      const faults = params.name === DKIM_SECRET ? readDkimKeys(body.value).faults : [];
      if (faults.length > 0)
        throw new Problem(422, 'invalid_secret', 'The secret cannot be used.', {
          errors: faults.map((message) => ({ path: '/value', message })),
        });
      const { doc, created } = await keep.put(principal.workspace, params.name, body.value);
      return reply.code(created ? 201 : 200).send(viewOf(doc));
    },
  );

  app.delete(
    '/v1/settings/secrets/:name',
    {
      config: { scope: 'secrets:write' },
      schema: {
        tags,
        summary: 'Remove a secret that nothing names any more',
        params: Name,
        response: { 204: Type.Null(), ...problemResponses(400, 404, 409) },
      },
    },
    async ({ principal: { workspace }, params: { name } }, reply) => {
      const errors = await users(workspace, name);
      if (errors.length > 0)
        throw new Problem(409, 'secret_in_use', 'The secret is in use; change what names it first.', {
          errors,
        });
      if (!(await keep.remove(workspace, name)))
        throw new Problem(404, 'secret_unknown', 'There is no such secret.');
      return reply.code(204).send(null);
    },
  );
}

const viewOf = ({ id, changedAt }: SecretDocument) => ({
  name: id,
  changedAt: new Date(changedAt).toISOString(),
});
