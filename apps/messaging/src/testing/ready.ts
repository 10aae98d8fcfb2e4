import { canonicalJson } from '@herald/domain';
import { expect } from 'vitest';
import { type Stage, type StageOptions, setStage, T0 } from './stage.ts';

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

/** The live state is the fold of what was told, byte for byte. */
export const expectReplayable = async (stage: Stage, id = 'm1') =>
  expect(canonicalJson(stage.replayed(id))).toBe(canonicalJson((await stage.message(id))?.state));
