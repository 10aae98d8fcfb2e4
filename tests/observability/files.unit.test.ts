import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@herald/harness';
import { alertsOf, casesOf, dashboards, files, SERVICES } from '@herald/observability';
import { describe, expect, it } from 'vitest';

const CHARTS = [...SERVICES, 'herald'] as const;
const alerts = CHARTS.flatMap((chart) => alertsOf(chart).map((alert) => ({ chart, ...alert })));
const alertNames = [...new Set(alerts.map(({ alert }) => alert))];
const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');

describe('dashboards and rules', () => {
  it.each([...files()])('%s is what its source says', async (file, text) => {
    expect(await read(file), `${file}: run make fix`).toBe(text);
  });
});

describe('an alert', () => {
  it.each(alerts)('$alert ($chart, $severity) says what is wrong, what it means and what to do', (alert) => {
    expect(alert.alert).toMatch(/^Herald[A-Z]/);
    expect(alert.summary.length).toBeGreaterThan(20);
    expect(alert.impact).toMatch(/\.$/);
    expect(alert.labels?.service).toBe(alert.chart);
  });

  it.each(alertNames)('%s has a runbook with each of its parts', async (name) => {
    const page = await read(`docs/runbooks/${name}.md`);
    expect(page).toMatch(new RegExp(`^# ${name}\n`));
    for (const part of ['What it means', 'Impact', 'Look at', 'Do']) expect(page).toContain(`\n## ${part}\n`);
  });

  it.each(CHARTS)('of %s is tested by promtool, firing and quiet', (chart) => {
    const cases = casesOf(chart);
    for (const { alert } of alertsOf(chart)) {
      const expected = cases.filter((one) => one.alert === alert).flatMap((one) => one.expected);
      expect(
        expected.some(({ firing }) => firing.length > 0),
        `${alert} fires`,
      ).toBe(true);
      expect(
        expected.some(({ firing }) => firing.length === 0),
        `${alert} is quiet`,
      ).toBe(true);
    }
  });

  it('has no runbook left behind by one that is gone', async () => {
    const pages = (await readdir(join(root, 'docs/runbooks'))).filter((page) => page !== 'README.md');
    expect(pages.map((page) => page.replace('.md', '')).toSorted()).toEqual(alertNames.toSorted());
    const index = await read('docs/runbooks/README.md');
    for (const name of alertNames) expect(index).toContain(`[${name}](${name}.md)`);
  });
});

describe.each(dashboards)('the dashboard $file', ({ dashboard }) => {
  const panels = dashboard.rows.flatMap((row) => row.panels);

  it.each(panels)('has "$title" with a description and queries of the chosen namespaces alone', (panel) => {
    expect(panel.description).toMatch(/[.:]$/);
    for (const { expr } of panel.queries) expect(expr).toContain('namespace=~"$namespace"');
  });

  it('links to runbooks that exist', () => {
    const linked = panels.flatMap(({ alert }) => alert ?? []);
    expect(linked.filter((alert) => !alertNames.includes(alert))).toEqual([]);
  });

  it('has no two panels of the same name in a row', () => {
    for (const { title, panels: inRow } of dashboard.rows)
      expect(new Set(inRow.map((panel) => panel.title)).size, title).toBe(inRow.length);
  });
});
