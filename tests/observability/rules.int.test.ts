import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@herald/harness';
import { files } from '@herald/observability';
import { findPrometheus, runPromtool } from '@herald/prometheus';
import { expect, test } from 'vitest';

const found = await findPrometheus();
const folder = join(import.meta.dirname, 'rules');

if ('unavailable' in found) {
  test(`rules are tried by promtool: ${found.unavailable}`, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(found.unavailable);
    skip(found.unavailable);
  });
} else {
  const rules = [...files().keys()].filter((file) => /^charts\/.*\/rules\//.test(file));

  test.each(rules)('promtool reads %s', async (file) => {
    const { ok, output } = await runPromtool(found, ['check', 'rules', join(root, file)]);
    expect(ok, output).toBe(true);
  });

  test.each(await readdir(folder))('the alerts fire and are quiet as %s says', async (file) => {
    const { ok, output } = await runPromtool(found, ['test', 'rules', join(folder, file)]);
    expect(ok, output).toBe(true);
  });
}
