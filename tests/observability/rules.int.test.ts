import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@herald/harness';
import { createMetrics } from '@herald/metrics';
import { catalogue, files } from '@herald/observability';
import { findPrometheuses, runPromtool } from '@herald/prometheus';
import { describe, expect, test } from 'vitest';

const found = await findPrometheuses();
const folder = join(import.meta.dirname, 'rules');
const rules = [...files().keys()].filter((file) => /^charts\/.*\/rules\//.test(file));
const ruleTests = await readdir(folder);

for (const programs of found) {
  if ('unavailable' in programs) {
    test(`rules are tried by promtool: ${programs.unavailable}`, ({ skip }) => {
      if (process.env.REQUIRE_SERVICES === '1') throw new Error(programs.unavailable);
      skip(programs.unavailable);
    });
    continue;
  }

  describe(`promtool ${programs.version}`, () => {
    test.each(rules)('reads %s', async (file) => {
      const { ok, output } = await runPromtool(programs, ['check', 'rules', join(root, file)]);
      expect(ok, output).toBe(true);
    });

    test.each(ruleTests)('sees the alerts fire and be quiet as %s says', async (file) => {
      const { ok, output } = await runPromtool(programs, ['test', 'rules', join(folder, file)]);
      expect(ok, output).toBe(true);
    });

    test('finds every metric named and described by the rules', async () => {
      const metrics = createMetrics({ version: '1.0.0', service: 'ingest' });
      const { registry, observer } = metrics.declare(catalogue);
      observer(undefined, ['events']);
      const { ok, output } = await runPromtool(programs, ['check', 'metrics'], await registry.metrics());
      expect(ok, output).toBe(true);
    });
  });
}
