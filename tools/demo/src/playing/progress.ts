import { Presets, SingleBar } from 'cli-progress';

interface Step {
  /** The time of the story, in ms. */
  readonly now: number;
  readonly sent: number;
  /** How many messages mailboxes, phones and servers have got. */
  readonly messages: number;
}

export interface Progress {
  show(step: Step): void;
  /** Shows the end of the run. */
  finish(step: Step): void;
  /** Leaves the terminal as it was, with the last state on it. */
  close(): void;
}

const WIDTH = 24;

/** The date and time of the story, in UTC. */
const clockText = (now: number): string => new Date(now).toISOString().slice(0, 16).replace('T', ' ');

/** A bar on a terminal; elsewhere a line for each tenth of the run. */
export function createProgress(
  out: NodeJS.WriteStream,
  story: { readonly start: number; readonly end: number; readonly acts: number },
): Progress {
  const length = Math.max(1, story.end - story.start);
  const part = ({ now }: Step): number => Math.min(1, Math.max(0, (now - story.start) / length));
  const words = ({ now, sent, messages }: Step) => ({
    clock: clockText(now),
    sent: `${sent} of ${story.acts} sent`,
    messages: `${messages} messages`,
  });
  if (!out.isTTY) {
    let tenths = -1;
    const line = (step: Step, done: number): void => {
      const { clock, sent, messages } = words(step);
      out.write(`  ${String(done * 10).padStart(3)} %  ${clock}  ${sent}, ${messages}\n`);
    };
    return {
      show(step) {
        const reached = Math.min(9, Math.floor(part(step) * 10));
        if (reached <= tenths) return;
        tenths = reached;
        line(step, reached);
      },
      finish: (step) => line(step, 10),
      close: () => {},
    };
  }
  const bar = new SingleBar(
    {
      stream: out,
      format: '  {bar} {percentage} %  {clock}  {sent}, {messages}',
      barsize: WIDTH,
      hideCursor: true,
      clearOnComplete: false,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(1000, 0, words({ now: story.start, sent: 0, messages: 0 }));
  return {
    show: (step) => bar.update(Math.min(999, Math.round(part(step) * 1000)), words(step)),
    finish: (step) => bar.update(1000, words(step)),
    close: () => bar.stop(),
  };
}
