import { everyService } from './every-service.ts';
import { type Objective, objectiveGroup } from './objective.ts';
import { objectives } from './objectives.ts';
import { mailAlerts, sendAlerts, webhookAlerts, wholeAlerts } from './own.ts';
import { queueAlerts, waitAlerts } from './queues.ts';
import { type Alert, isAlert, type RuleGroup } from './rule.ts';

export const SERVICES = ['ingest', 'event-handler', 'campaign-runner', 'messaging'] as const;
export type Chart = (typeof SERVICES)[number] | 'herald';

const promises = (chart: Chart): RuleGroup[] =>
  objectives[chart].map((objective: Objective) => objectiveGroup(objective, { service: chart }));

/** The rules that each chart carries: objectives first, then causes. */
export const rules: Readonly<
  Record<Chart, { readonly objectives: readonly RuleGroup[]; readonly causes: readonly RuleGroup[] }>
> = {
  ingest: { objectives: promises('ingest'), causes: [everyService('ingest'), webhookAlerts, mailAlerts] },
  'event-handler': {
    objectives: promises('event-handler'),
    causes: [everyService('event-handler'), queueAlerts('event-handler')],
  },
  'campaign-runner': {
    objectives: promises('campaign-runner'),
    causes: [
      everyService('campaign-runner'),
      queueAlerts('campaign-runner'),
      waitAlerts('campaign-runner', 'wait'),
    ],
  },
  messaging: {
    objectives: promises('messaging'),
    causes: [
      everyService('messaging'),
      queueAlerts('messaging'),
      waitAlerts('messaging', 'send'),
      sendAlerts,
    ],
  },
  herald: { objectives: promises('herald'), causes: [wholeAlerts] },
};

/** Every alert of a chart. */
export const alertsOf = (chart: Chart): Alert[] =>
  [...rules[chart].objectives, ...rules[chart].causes].flatMap((group) => group.rules.filter(isAlert));
