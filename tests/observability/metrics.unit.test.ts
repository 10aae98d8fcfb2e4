import { AT_MOST, type Declaration } from '@herald/metrics';
import { declarations } from '@herald/observability';
import { describe, expect, it } from 'vitest';

/** Each declaration once: two services declare the metrics of waits. */
const declared: Declaration[] = [...new Set(Object.values(declarations).flatMap(Object.values<Declaration>))];

describe('the metrics of all services', () => {
  it.each(declared)('$name keeps to the conventions', ({ name, kind, help, labels, buckets = [] }) => {
    expect(name).toMatch(/^herald_[a-z0-9_]+$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    if (kind === 'histogram') expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    expect(help).toMatch(/\.$/);
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb)\b/);
    for (const label of labels) expect(label).not.toMatch(/workspace|prospect|campaign|message_id|url|email/);
  });

  it.each([
    'herald_messages_total',
    'herald_messages_limited_total',
    'herald_provider_failovers_total',
    'herald_enrollments_total',
    'herald_events_appended_total',
  ])('%s says that a kill may leave some out of it', (name) => {
    expect(declared.find((one) => one.name === name)?.help).toContain(AT_MOST);
  });

  it('have no name twice', () => {
    expect(new Set(declared.map(({ name }) => name)).size).toBe(declared.length);
  });
});
