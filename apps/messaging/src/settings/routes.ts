import type { Channel } from '@herald/domain';
import { type Http, Problem, problemResponses } from '@herald/service';
import { Type } from 'typebox';
import type { SettingsArea } from './area.ts';
import { consentFields, consentSettings } from './consent.ts';
import { limitFields, limitSettings } from './limits.ts';
import { providerFields, providerSettings } from './providers.ts';
import { senderFields, senderSettings } from './senders.ts';
import { contentOf, type Settings } from './settings.ts';
import { zoneFields, zoneSettings } from './zone.ts';

const Content = Type.Object(
  { ...zoneFields, ...senderFields, ...providerFields, ...limitFields, ...consentFields },
  { additionalProperties: false },
);
const Stored = Type.Object({ ...Content.properties, version: Type.Integer() });

export interface SettingsRoutesDeps {
  readonly settings: Settings;
  /** The names of the providers that the installation has. */
  readonly providersOf: (channel: Channel) => readonly string[];
}

/** The routes that keep a workspace's settings. */
export function settingsRoutes(app: Http, { settings, providersOf }: SettingsRoutesDeps): void {
  const areas: readonly SettingsArea[] = [
    zoneSettings,
    senderSettings,
    providerSettings(providersOf),
    limitSettings(providersOf),
    consentSettings,
  ];

  app.get(
    '/v1/settings',
    {
      config: { scope: 'settings:read' },
      schema: {
        tags: ['settings'],
        summary: 'Read the settings',
        response: { 200: Stored, ...problemResponses(401, 403) },
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
      config: { scope: 'settings:write' },
      schema: {
        tags: ['settings'],
        summary: 'Set zone, senders and providers; what is left out is unset',
        body: Content,
        response: { 200: Stored, 201: Stored, ...problemResponses(400, 401, 403, 409, 422) },
      },
    },
    async ({ principal, body }, reply) => {
      const errors = areas.flatMap((area) => area.faults(body));
      if (errors.length > 0)
        throw new Problem(422, 'invalid_settings', 'The settings cannot be used.', { errors });
      const { doc, created } = await settings.save(principal.workspace, body);
      return reply.code(created ? 201 : 200).send({ ...contentOf(doc), version: doc.version });
    },
  );
}
