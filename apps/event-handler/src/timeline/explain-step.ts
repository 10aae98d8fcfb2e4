import type { Channel, EnrollmentFact } from '@herald/domain';
import { iso } from '../iso.ts';
import { type Explanation, sentence } from './explanation.ts';

const step = (what: string, why: string): Explanation => sentence('step', what, why);

/** One step of an enrollment in words. */
export function explainStep(event: EnrollmentFact): Explanation {
  const { campaignId, campaignVersion } = event.data;
  switch (event.type) {
    case 'enrollment.entered':
      return step(
        `entered ${campaignId} (version ${campaignVersion})`,
        `because of ${event.data.entry.type}`,
      );
    case 'enrollment.waiting':
      return explainWait(event);
    case 'enrollment.resumed':
      return explainResumption(event);
    case 'enrollment.requested': {
      const { channel, template, stepId, then } = event.data;
      const goesOn = then === undefined ? '' : ' and waits for nothing';
      return step(
        `asked for ${channelName(channel)} ${template}`,
        `step ${stepId} of ${campaignId} sends it${goesOn}`,
      );
    }
    case 'enrollment.chose':
      return step(
        `chose ${branchName(event.data.branch)} of ${event.data.stepId}`,
        `because ${event.data.why}`,
      );
    case 'enrollment.updated': {
      const names = Object.keys(event.data.traits);
      const traits =
        names.length === 0 ? 'traits' : `${names.length === 1 ? 'trait' : 'traits'} ${names.join(', ')}`;
      return step(
        `updated ${traits}`,
        `step ${event.data.stepId} of ${campaignId} sets ${names.length === 1 ? 'it' : 'them'}`,
      );
    }
    case 'enrollment.emitted':
      return step(`emitted ${event.data.eventType}`, `step ${event.data.stepId} of ${campaignId} says so`);
    case 'enrollment.exited':
      // A message that this withdraws has a line of its own; often there is none.
      return step(`left ${campaignId}`, `exited: ${event.data.reason}`);
    case 'enrollment.completed':
      return step(`completed ${campaignId}`, 'its last step is done');
    case 'enrollment.failed':
      return step(`failed in ${campaignId} at ${event.data.stepId}`, `failed: ${event.data.reason}`);
    default: {
      const unknown: never = event;
      return unknown;
    }
  }
}

function explainWait({ data }: EnrollmentFact & { type: 'enrollment.waiting' }): Explanation {
  const end = data.dueAt === null ? '' : ` until ${iso(data.dueAt)}`;
  const since = `counted from ${iso(data.since)}`;
  if (data.kind === 'window') {
    const hours = data.hours === undefined ? '' : `: ${data.hours}`;
    return step(`waits at ${data.stepId} for the window${end}`, `its message may not leave before${hours}`);
  }
  if (data.kind === 'wait') return step(`waits at ${data.stepId}${end}`, `the step is a wait, ${since}`);
  const last = data.dueAt === null ? ', however long it takes' : ' at the latest';
  const { on = 'its event', when } = data.awaits ?? {};
  const which = when === undefined ? 'an event' : `one with ${when}`;
  return step(`waits at ${data.stepId} for ${on}${end}${last}`, `the step waits for ${which}, ${since}`);
}

function explainResumption({ data }: EnrollmentFact & { type: 'enrollment.resumed' }): Explanation {
  const what = `went on from ${data.stepId}`;
  if (data.by === 'event') return step(what, `${data.event?.type ?? 'the event it waited for'} happened`);
  if (data.branch === undefined) return step(what, 'the wait was over');
  const { on = 'event', when } = data.awaits ?? {};
  return step(what, `no ${on}${when === undefined ? '' : ` with ${when}`} happened in time`);
}

/** Branches count from 0 in the log and from 1 for people. */
function branchName(branch: string): string {
  if (branch === 'none') return 'no branch';
  return /^\d+$/.test(branch) ? `branch ${Number(branch) + 1}` : `branch ${branch}`;
}

export function channelName(channel: Channel): string {
  switch (channel) {
    case 'email':
      return 'e-mail';
    case 'sms':
      return 'text message';
    case 'call':
      return 'call';
    case 'webhook':
      return 'webhook';
    default: {
      const unknown: never = channel;
      return unknown;
    }
  }
}
