import { describe, InputError, reasonOf } from './files/faults.ts';
import { readOptions, shown } from './options.ts';
import * as report from './report/report.ts';
import { keptLine, type Result, run } from './run.ts';

/** Exit codes: 0 all is well, 1 a check fails, 2 the files given have faults, 130 interrupted. */

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

class Interrupted extends Error {}
let signals = 0;
const interrupted = new Promise<never>((_resolve, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) process.exit(130);
      reject(new Interrupted());
    });
  }
});
interrupted.catch(() => {}); // handled where it is awaited

function show({ options, story, played, outcome, inbox, vendors, checks, kept }: Result): number {
  const mailTo = outcome.histories[0]?.prospect.traits.email;
  say(report.timelineSections(outcome));
  say(report.campaignsSection(outcome, story.campaigns));
  say(report.messagesSection(outcome, story.rate));
  say(report.mailSection(inbox.mails, typeof mailTo === 'string' ? mailTo : undefined));
  if (vendors !== undefined) say(report.phoneSection(vendors));
  if (!options.own || played.refused.length > 0) say(report.refusedSection(played));
  say(report.checksSection(checks));
  if (kept !== undefined) say(keptLine(kept));
  if (checks.some(({ problems }) => problems.length > 0)) {
    complain('Not everything holds: see the crosses above.');
    return 1;
  }
  if (options.own && played.refused.length > 0) {
    complain(`\nNot every event could be taken:\n${report.refusedLines(played.refused).join('\n')}`);
    return 2;
  }
  say(report.nextSection(options));
  return 0;
}

try {
  const options = readOptions(process.env);
  const files = options.workspaces.flatMap(({ campaigns }) => campaigns).map(shown);
  say(['Herald, with', ...files].join(files.length > 1 ? '\n  ' : ' '));
  process.exitCode = show(await run(options, say, interrupted));
} catch (error) {
  if (error instanceof Interrupted) {
    complain('\nInterrupted; everything that was started has ended.');
    process.exitCode = 130;
  } else if (error instanceof InputError) {
    complain(`\nThese files cannot be used:\n${error.faults.map(describe).join('\n')}`);
    process.exitCode = 2;
  } else {
    complain(`\n${reasonOf(error)}\n(KEEP=1 keeps the data and the log of a run.)`);
    process.exitCode = 1;
  }
}
