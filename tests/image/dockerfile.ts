/** An instruction of a Dockerfile: its name, such as `COPY`, and the rest of its line. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

export interface Stage {
  /** What it is built from: another stage, or an image. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/**
 * The stages of a Dockerfile by name. Supports what this repository's uses: continued lines, comments,
 * `FROM … AS …`.
 */
export function parseDockerfile(text: string): ReadonlyMap<string, Stage> {
  const stages = new Map<string, Stage & { instructions: Instruction[] }>();
  let current: { instructions: Instruction[] } | undefined;
  for (const line of logicalLines(text)) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/s.exec(line) ?? [];
    if (name === '') throw new Error(`not an instruction: ${line}`);
    if (name === 'FROM') {
      const [, from = '', as = ''] = /^(?:--platform=\S+ )?(\S+) AS (\S+)$/.exec(rest) ?? [];
      if (as === '') throw new Error(`a stage without a name: ${line}`);
      const stage = { from, instructions: [] };
      stages.set(as, stage);
      current = stage;
    } else if (current !== undefined) current.instructions.push({ name, rest });
    else if (name !== 'ARG') throw new Error(`before the first stage: ${line}`);
  }
  return stages;
}

const logicalLines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');

/** The instructions of a stage, after those of all stages that it is built from. */
function allOf(stages: ReadonlyMap<string, Stage>, name: string): readonly Instruction[] {
  const stage = stages.get(name);
  return stage === undefined ? [] : [...allOf(stages, stage.from), ...stage.instructions];
}

/** The rest of the line of a stage's last instruction `name`, such as its USER. Undefined: it has none. */
export const lastOf = (stages: ReadonlyMap<string, Stage>, stage: string, name: string): string | undefined =>
  allOf(stages, stage).findLast((instruction) => instruction.name === name)?.rest;

/** The environment that a stage sets. */
export const environmentOf = (
  stages: ReadonlyMap<string, Stage>,
  stage: string,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    allOf(stages, stage)
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ rest }) => rest.split(/\s+/).map((pair) => pair.split('=', 2))),
  );
