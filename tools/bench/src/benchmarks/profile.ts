import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Benchmark, exactly, type Figure } from '../benchmark.ts';
import { partOf, type SelfTime, selfTimes } from '../measuring/cpu-profile.ts';
import { loggedEvents } from '../measuring/logged.ts';
import { ONE_PROCESS, startProgram } from '../measuring/program.ts';
import { burst, launchCampaign } from '../measuring/send.ts';

/** Where the process spends its time while it sends as fast as it can, on embedded store and broker. */
export const profile: Benchmark = {
  name: 'profile',
  what: 'where the main thread’s time goes, event → message sent, embedded',
  limit: 120,
  async run(ground) {
    const prospects = ground.quick ? 200 : 8_000;
    const folder = join(ground.dir, 'profiles');
    const dir = join(ground.dir, 'program');
    await mkdir(folder);
    await mkdir(dir);
    const options = `--cpu-prof --cpu-prof-dir=${folder}`;
    const program = await startProgram(dir, { NODE_OPTIONS: options }, ONE_PROCESS);
    const sent = async () => (await program.metrics()).sum('herald_messages_total', { outcome: 'sent' });
    const sending = { client: program.client, sent, every: 500 };
    await launchCampaign(sending);
    await burst(sending, 'b', prospects);
    await program.stop();
    const logged = await loggedEvents(dir, ({ type }) => type === 'email.sent');
    exactly('messages sent in the log', new Set(logged.map(({ stream }) => stream)).size, prospects);
    const byPart = await selfTimes(folder, partOf);
    const byPlace = await selfTimes(folder);
    const figure = ({ where, self }: SelfTime): Figure => ({
      what: where,
      value: (100 * self) / byPart.busy,
      unit: '%',
    });
    return {
      figures: [
        { what: 'main thread busy', value: byPart.busy / prospects, unit: 'ms a message' },
        ...byPart.top.slice(0, 16).map(figure),
        ...byPlace.top.slice(0, 24).map(figure),
      ],
      delivery: 'each prospect has one e-mail sent in the log',
      notes: [
        'Percent of the time in which the thread did something, start included; first by part, then by ' +
          'function.',
      ],
    };
  },
};
