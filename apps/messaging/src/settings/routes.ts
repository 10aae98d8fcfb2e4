import type { Channel } from '@herald/domain';
import { type Http, Problem, parseJson, problemResponses } from '@herald/http';
import { Type } from 'typebox';
import { accountFields, accountSettings, accountsFor } from '../accounts/area.ts';
import type { AccountOptions } from '../accounts/kind.ts';
import type { UnknownSecrets } from '../accounts/unknown-secrets.ts';
import type { NamesOf, SettingsArea } from './area.ts';
import { consentFields, consentSettings } from './consent.ts';
import { limitFields, limitSettings } from './limits.ts';
import { mergePatch } from './merge-patch.ts';
import { providerFields, providerSettings } from './providers.ts';
import { senderFields, senderSettings } from './senders.ts';
import { contentOf, type Settings, type SettingsChange, type SettingsContent } from './settings.ts';
import { streamFields, streamSettings } from './streams.ts';
import type { SettingsWarnings } from './warnings.ts';
import { zoneFields, zoneSettings } from './zone.ts';

const Content = Type.Object(
  {
    ...zoneFields,
    ...senderFields,
    ...accountFields,
    ...providerFields,
    ...streamFields,
    ...limitFields,
    ...consentFields,
  },
  {
    additionalProperties: false,
    examples: [
      {
        zone: 'Europe/London',
        country: 'GB',
        senders: { email: { from: { email: 'news@acme.example', name: 'Acme' } } },
        quietHours: [{ from: '21:00', to: '08:00' }],
        caps: [{ channel: 'email', count: 3, per: 'P7D' }],
        topics: [{ id: 'news', name: 'News', description: 'Once a month' }],
      },
    ],
  },
);
const Stored = Type.Object({ ...Content.properties, version: Type.Integer() });
const Changed = Type.Object({
  ...Stored.properties,
  warnings: Type.Optional(
    Type.Array(Type.String(), { description: 'What may not have been meant. It was done all the same.' }),
  ),
});
const MERGE_PATCH = 'application/merge-patch+json';
const patchExample = {
  senders: { email: { from: { email: 'news@acme.example', name: 'Acme' } } },
  tracking: { opens: true },
  spread: null,
};
const Patch = Type.Unsafe<unknown>(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'Any part of the settings; null unsets a field.',
      examples: [patchExample],
    },
  ),
);

export interface SettingsRoutesDeps {
  readonly settings: Settings;
  /** The names of the providers that the installation has. */
  readonly providersOf: (channel: Channel) => readonly string[];
  readonly accounts: AccountOptions;
  /** Faults of the secrets that a change newly names: they must be there. */
  readonly unknownSecrets: UnknownSecrets;
  readonly warnings: SettingsWarnings;
}

/** The routes that keep a workspace's settings. */
export function settingsRoutes(app: Http, deps: SettingsRoutesDeps): void {
  const { settings, providersOf, warnings, unknownSecrets } = deps;
  const there: NamesOf = (channel, content) => [...accountsFor(content, channel), ...providersOf(channel)];
  const areas: readonly SettingsArea[] = [
    zoneSettings,
    senderSettings,
    accountSettings(deps.accounts, providersOf),
    providerSettings(there),
    streamSettings([senderSettings, providerSettings(there)]),
    limitSettings(there),
    consentSettings,
  ];

  const assertUsable = (workspace: string, before: SettingsContent, content: SettingsContent): void => {
    const errors = areas.flatMap((area) => area.faults(content));
    if (errors.length === 0) errors.push(...unknownSecrets.faults(workspace, before, content));
    if (errors.length > 0)
      throw new Problem(422, 'invalid_settings', 'The settings cannot be used.', { errors });
  };
  const answer = async ({ before, doc }: SettingsChange, unnamed: boolean) => {
    const after = contentOf(doc);
    const found = await warnings(doc.workspace, before, after, unnamed);
    return { ...after, version: doc.version, ...(found.length > 0 && { warnings: found }) };
  };
  // Its own media type, of RFC 7396; plain JSON is taken as well.
  app.addContentTypeParser(MERGE_PATCH, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseJson(body),
  );

  app.get(
    '/v1/settings',
    {
      config: { scope: 'settings:read' },
      schema: {
        tags: ['settings'],
        summary: 'Read the settings',
        response: { 200: Stored },
      },
    },
    async ({ principal }) => ({
      ...settings.of(principal.workspace),
      version: settings.versionOf(principal.workspace),
    }),
  );

  app.put(
    '/v1/settings',
    {
      config: { scope: 'settings:write', takesYaml: true },
      schema: {
        tags: ['settings'],
        summary: 'Replace all settings, as JSON or YAML; what is left out is unset, unlike with PATCH',
        body: Content,
        response: { 200: Changed, 201: Changed, ...problemResponses(400, 409, 422) },
      },
    },
    async ({ principal, body }, reply) => {
      const { workspace } = principal;
      await unknownSecrets.prepare(workspace, body);
      const change = await settings.change(workspace, (before) => {
        assertUsable(workspace, before, body);
        return body;
      });
      return reply.code(change.created ? 201 : 200).send(await answer(change, true));
    },
  );

  app.patch(
    '/v1/settings',
    {
      config: { scope: 'settings:write' },
      schema: {
        tags: ['settings'],
        summary:
          'Change some settings, by a JSON merge patch (RFC 7396): null unsets, a list is replaced as ' +
          'a whole',
        consumes: [MERGE_PATCH, 'application/json'],
        body: Patch,
        response: { 200: Changed, 201: Changed, ...problemResponses(400, 409, 422) },
      },
    },
    async (request, reply) => {
      const { principal, body } = request;
      await unknownSecrets.prepare(principal.workspace, body);
      const isContent = request.compileValidationSchema(Content, 'body');
      const change = await settings.change(principal.workspace, (before) => {
        const merged = mergePatch(before, body);
        // The same check, with the same answer, as if all of it had been sent.
        const checked: unknown = isContent(merged);
        if (typeof checked === 'object' && checked !== null && 'error' in checked) throw checked.error;
        const content = merged as SettingsContent;
        assertUsable(principal.workspace, before, content);
        return content;
      });
      return reply.code(change.created ? 201 : 200).send(await answer(change, false));
    },
  );
}
