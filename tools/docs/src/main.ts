import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allInOneConfig } from '@herald/all-in-one/config';
import { configTable } from '@herald/config';
import { campaignJsonSchema } from '@herald/domain';
import { metricsTable } from '@herald/metrics';
import { declarations } from '@herald/observability';
import { runtimeConfig } from '@herald/runtime';
import { Type } from 'typebox';
import { replaceSection } from './section.ts';

/**
 * Writes the parts of the documentation that the code knows best. With `--check` it only compares, and exits
 * 1 where they differ.
 */
const root = join(import.meta.dirname, '../../..');
const checking = process.argv.includes('--check');

const parts: { readonly file: string; readonly make: (before: string) => string }[] = [
  {
    file: 'docs/configuration.md',
    make: (before) =>
      replaceSection(
        replaceSection(before, 'configuration', configTable(allInOneConfig)),
        'configuration of services',
        configTable(Type.Object(runtimeConfig)),
      ),
  },
  { file: 'docs/metrics.md', make: metricsSections },
  { file: 'docs/campaign.schema.json', make: () => `${JSON.stringify(campaignJsonSchema(), null, 2)}\n` },
];

for (const { file, make } of parts) {
  const path = join(root, file);
  const before = await readFile(path, 'utf8').catch(() => '');
  const after = make(before);
  if (after === before) continue;
  if (checking) {
    process.stderr.write(`${file} is not what the code says; run: make fix\n`);
    process.exitCode = 1;
  } else {
    await writeFile(path, after);
    process.stdout.write(`${file} written\n`);
  }
}

/** A section for what every process measures, and one for each service. */
function metricsSections(before: string): string {
  return Object.entries(declarations).reduce(
    (text, [owner, declared]) => replaceSection(text, `metrics of ${owner}`, metricsTable(declared)),
    before,
  );
}
