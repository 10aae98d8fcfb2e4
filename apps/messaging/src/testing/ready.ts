import { canonicalJson } from '@herald/domain';
import { expect } from 'vitest';
import { T0 } from './documents.ts';
import { type Stage, type StageOptions, setStage } from './stage.ts';

const WELCOME = {
  subject: 'Hi <%= it.prospect.traits.firstName %>',
  html: '<p>Plan <%= it.event.data.plan %></p>',
};
export const optedOut = (channel: string) => ({ [channel]: { subscribed: false, at: T0, eventId: 'x' } });

/** A stage on which a message would be sent. */
export async function ready(options: StageOptions = {}): Promise<Stage> {
  const stage = await setStage(options);
  await stage.template('welcome', WELCOME);
  await stage.prospect();
  await stage.enrollment();
  return stage;
}

/** The live state is the fold of the recorded events, byte for byte. */
export const expectReplayable = async (stage: Stage, id = 'm1') =>
  expect(canonicalJson(stage.replayed(id))).toBe(canonicalJson((await stage.message(id))?.state));

/** A stage on which the message `m1` was sent. */
export async function sent(options: StageOptions = {}): Promise<Stage> {
  const stage = await ready(options);
  await stage.ask();
  await stage.until('m1', 'sent');
  return stage;
}
