import { describe, expect, it } from 'vitest';
import { exists, filesUnder, text, yaml } from './files.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly broker?: readonly { readonly image: string }[] } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const makefile = text('Makefile');
/** The recipe of each target of the Makefile. */
const recipes = new Map(
  [...makefile.matchAll(/^([a-z-]+):(.*)\n((?:(?:\t|ifeq|else|endif).*\n)*)/gm)].map(
    ([, name = '', needs = '', recipe = '']) => [name, `${needs}\n${recipe}`],
  ),
);
const variables = new Set([...makefile.matchAll(/\$\(([A-Z_]+)\b/g)].map(([, name]) => name));

const workflows = filesUnder('.github/workflows');

describe.each(workflows)('%s', (path) => {
  const [workflow] = yaml<Workflow>(path);
  const jobs = Object.entries(workflow?.jobs ?? {});
  const steps = jobs.flatMap(([, job]) => job.steps);
  const commands = steps.flatMap(({ run = '' }) => run.split('\n')).filter((line) => line.trim() !== '');

  it('runs targets of the Makefile alone, with variables that it has', () => {
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) {
      const words = command.replaceAll(/\$\{\{ matrix\.[\w.]+ \}\}/g, 'matrix').split(' ');
      expect(words[0], command).toBe('make');
      for (const word of words.slice(1)) {
        const [name = '', value] = word.split('=');
        if (value === undefined) expect([...recipes.keys()], command).toContain(name);
        else expect([...variables], command).toContain(name);
      }
    }
  });

  it('runs programs that exist', () => {
    const targets = commands.flatMap((command) => command.split(' ').filter((word) => recipes.has(word)));
    const programs = targets.flatMap((name) => recipes.get(name)?.match(/(?:tools|k8s)\/[\w./-]*\w/g) ?? []);
    expect(programs).toContain('tools/charts/src/live/main.ts');
    expect(programs.filter((program) => !exists(program))).toEqual([]);
  });

  it('names each action by the hash of a commit, with its version beside it', () => {
    const lines = text(path)
      .split('\n')
      .filter((line) => /^\s*(- )?uses:/.test(line));
    expect(lines).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
    for (const line of lines) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('runs on a named system, for a limited time, and may write nothing', () => {
    expect(workflow?.permissions).toEqual({ contents: 'read' });
    for (const [name, job] of jobs) {
      expect(job['runs-on'], name).toMatch(/-\d+\.\d+$/);
      expect(job['timeout-minutes'], name).toBeTypeOf('number');
      for (const step of job.steps)
        if (step.uses?.startsWith('actions/checkout@'))
          expect(step.with).toMatchObject({ 'persist-credentials': false });
    }
  });

  it('has brokers that the repository uses elsewhere, one of them built here', () => {
    const images = jobs.flatMap(([, job]) => job.strategy?.matrix.broker ?? []).map(({ image }) => image);
    const [usual] = /^RABBITMQ_IMAGE \?= (\S+)$/m.exec(makefile)?.slice(1) ?? [];
    const [delayed] = /^DELAYED +:= (\S+)$/m.exec(makefile)?.slice(1) ?? [];
    expect([...new Set(images)]).toEqual([usual, delayed]);
  });
});

it('there is a workflow', () => {
  expect(workflows).not.toEqual([]);
});

it('the version of KEDA is that whose schemas the charts are checked with', () => {
  const [version] = /^KEDA +:= (\S+)$/m.exec(makefile)?.slice(1) ?? [];
  expect(text('tools/charts/src/schemas/keda.json')).toContain(
    `"source":"github.com/kedacore/keda/v2@${version}"`,
  );
});
