import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartsFolder } from '../charts.ts';
import { generateValues } from './generate.ts';

/** Writes values.yaml, values.schema.json and the table in the README of each chart. */
for (const { path, text } of await generateValues()) await writeFile(join(chartsFolder, path), text);
