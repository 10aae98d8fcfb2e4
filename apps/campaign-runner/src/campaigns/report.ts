import { collections } from '@herald/contracts';
import type { Store } from '@herald/store';
import { type Static, Type } from 'typebox';

const Counts = Type.Record(Type.String(), Type.Integer());

export const Report = Type.Object({
  campaignId: Type.String(),
  entered: Type.Integer({ description: 'enrollments ever' }),
  active: Type.Integer(),
  completed: Type.Integer(),
  exited: Type.Integer(),
  failed: Type.Integer(),
  steps: Type.Record(Type.String(), Counts, {
    description: 'by step: how many are there, or ended there, by status',
  }),
  messages: Type.Record(Type.String(), Counts, { description: 'by channel: how many by outcome' }),
  messagesByStep: Type.Record(Type.String(), Counts),
  messagesByLocale: Type.Record(Type.String(), Counts, {
    description:
      'by the variant of the template: its language, or default where none fitted; without messages of ' +
      'templates that have no variants',
  }),
});

/** Counts the enrollments and messages of a campaign as they are now, from indexes. */
export async function readReport(
  store: Store,
  workspace: string,
  campaignId: string,
): Promise<Static<typeof Report>> {
  const [enrollments, messages] = await Promise.all([
    store.collection(collections.enrollments).countBy('byCampaign', [workspace, campaignId]),
    store.collection(collections.messages).countBy('byCampaign', [workspace, campaignId]),
  ]);
  const byStatus = createTally();
  const steps = createTally();
  for (const { key, count } of enrollments) {
    const [status, stepId] = key;
    byStatus.add('all', String(status), count);
    steps.add(String(stepId ?? '(start)'), String(status), count);
  }
  const byChannel = createTally();
  const byStep = createTally();
  const byLocale = createTally();
  for (const { key, count } of messages) {
    const [channel, status, stepId, locale] = key;
    byChannel.add(String(channel), String(status), count);
    byStep.add(String(stepId), String(status), count);
    if (locale !== null) byLocale.add(String(locale), String(status), count);
  }
  const all = byStatus.table.all ?? {};
  const of = (status: string): number => all[status] ?? 0;
  return {
    campaignId,
    entered: Object.values(all).reduce((sum, count) => sum + count, 0),
    active: of('active'),
    completed: of('completed'),
    exited: of('exited'),
    failed: of('failed'),
    steps: steps.table,
    messages: byChannel.table,
    messagesByStep: byStep.table,
    messagesByLocale: byLocale.table,
  };
}

function createTally() {
  const table: Record<string, Record<string, number>> = {};
  return {
    table,
    add(row: string, column: string, count: number): void {
      const counts = table[row] ?? {};
      table[row] = counts;
      counts[column] = (counts[column] ?? 0) + count;
    },
  };
}
