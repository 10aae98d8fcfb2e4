import { parseCampaign } from '../campaign/parse.ts';

/** A campaign without its steps. */
export const head = 'id: x\nenter: { on: trial.started }\n';

/** A campaign of one step, in YAML. */
export const step = (text: string) => `${head}steps:\n  - ${text}\n`;

/** Every mistake in a text: path, place and message. */
export const faultsOf = (text: string) => {
  const parsed = parseCampaign(text);
  return parsed.ok
    ? []
    : parsed.faults.map(({ path, line, column, message }) => `${path} ${line}:${column} ${message}`);
};
