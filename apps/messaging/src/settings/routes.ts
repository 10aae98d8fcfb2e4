import { isZone } from '@herald/domain';
import { type Fault, type Http, Problem, problemResponses } from '@herald/service';
import { Type } from 'typebox';
import { emailAddress, isHeaderSafe } from '../addresses/email-address.ts';
import { contentOf, type Settings, type SettingsContent } from './settings.ts';

const Content = Type.Object(
  {
    zone: Type.Optional(
      Type.String({ maxLength: 64, description: 'IANA time zone of prospects that have none' }),
    ),
    sender: Type.Optional(
      Type.Object(
        { email: Type.String({ maxLength: 254 }), name: Type.Optional(Type.String({ maxLength: 100 })) },
        { additionalProperties: false },
      ),
    ),
    replyTo: Type.Optional(Type.String({ maxLength: 254 })),
  },
  { additionalProperties: false },
);
const Stored = Type.Object({ ...Content.properties, version: Type.Integer() });

/** The routes that keep a workspace's settings. */
export function settingsRoutes(app: Http, settings: Settings): void {
  app.get(
    '/v1/settings',
    {
      config: { scope: 'settings:read' },
      schema: { tags: ['settings'], response: { 200: Stored, ...problemResponses(401, 403) } },
    },
    async ({ principal }) => ({
      ...settings.of(principal.workspace),
      version: settings.versionOf(principal.workspace),
    }),
  );

  app.put(
    '/v1/settings',
    {
      config: { scope: 'settings:write' },
      schema: {
        tags: ['settings'],
        summary: 'Set zone, sender and reply address; what is left out is unset',
        body: Content,
        response: { 200: Stored, 201: Stored, ...problemResponses(400, 401, 403, 409, 422) },
      },
    },
    async ({ principal, body }, reply) => {
      const errors = faultsOf(body);
      if (errors.length > 0)
        throw new Problem(422, 'invalid_settings', 'The settings cannot be used.', { errors });
      const { doc, created } = await settings.save(principal.workspace, body);
      return reply.code(created ? 201 : 200).send({ ...contentOf(doc), version: doc.version });
    },
  );
}

function faultsOf({ zone, sender, replyTo }: SettingsContent): Fault[] {
  const errors: Fault[] = [];
  const wrong = (path: string, message: string): void => void errors.push({ path, message });
  if (zone !== undefined && !isZone(zone)) wrong('/zone', 'must be an IANA time zone');
  if (sender !== undefined && emailAddress(sender.email) !== sender.email)
    wrong('/sender/email', 'must be one mail address');
  if (sender?.name !== undefined && !isHeaderSafe(sender.name))
    wrong('/sender/name', 'must not have line breaks or control characters');
  if (replyTo !== undefined && emailAddress(replyTo) !== replyTo)
    wrong('/replyTo', 'must be one mail address');
  return errors;
}
