import { collections } from '@herald/contracts';
import type { CampaignDefinition } from '@herald/domain';
import { expect } from 'vitest';
import { T0, WORKSPACE } from './documents.ts';
import { ready } from './ready.ts';
import type { Stage, StageOptions } from './stage.ts';

// T0 is a Monday, 08:00 in UTC: 03:00 in New York, 09:00 in Berlin.
export const EVENING = Date.parse('2026-03-02T20:30:00Z');

export async function withSettings(settings: object, options: StageOptions = {}): Promise<Stage> {
  const stage = await ready(options);
  const saved = await stage.call('PUT', '/v1/settings', settings);
  expect(saved).toMatchObject({ status: 201 });
  return stage;
}

export async function campaign(
  stage: Stage,
  limits: Pick<CampaignDefinition, 'window' | 'rate'>,
): Promise<void> {
  const definition = { id: 'onboarding', enter: { on: 'a.b' }, steps: [], ...limits };
  await stage.store.collection(collections.campaignVersions).write([
    {
      doc: {
        ...{ workspace: WORKSPACE, id: 'onboarding@1', version: 1, campaignId: 'onboarding', n: 1 },
        ...{ definition, text: '', savedAt: T0 },
      },
      ifVersion: null,
    },
  ]);
  await stage.store.collection(collections.campaigns).write([
    {
      doc: {
        ...{ workspace: WORKSPACE, id: 'onboarding', version: 1, status: 'active', name: 'x', latest: 1 },
        ...{ launched: 1, changedAt: T0, outbox: [] },
      },
      ifVersion: null,
    },
  ]);
}

export const limited = async (stage: Stage, labels: string): Promise<number> => {
  const text = await stage.metrics.registry.getSingleMetricAsString('herald_messages_limited_total');
  return Number(
    text
      .split('\n')
      .find((line) => line.includes(labels))
      ?.split(' ')[1] ?? 0,
  );
};
