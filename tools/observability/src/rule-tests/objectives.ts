import type { Objective } from '../rules/objective.ts';
import type { Case } from './case.ts';

/** Counters of a promise, as Prometheus stores them. */
export interface Flow {
  /** How this one differs from others of the promise; empty when there is only one. */
  readonly variant: string;
  /** So many good and bad ones a minute, for five hours. */
  readonly series: (good: number, bad: number) => Readonly<Record<string, string>>;
}

const LENGTH = 300;
const steadily = (perMinute: number): string => `0+${perMinute}x${LENGTH}`;

/** Of two counters, one of them the bad ones. */
export const counted = (good: string, bad: string): readonly Flow[] => [
  { variant: '', series: (goods, bads) => ({ [good]: steadily(goods), [bad]: steadily(bads) }) },
];

/**
 * Of a histogram, where the bad ones are those above a bound. A whole number has two spellings: Prometheus 2
 * stores `10` as it is exposed, Prometheus 3 stores `10.0`.
 */
export function measured(name: string, labels: string, bound: number): readonly Flow[] {
  const spelled = (le: string, variant: string): Flow => ({
    variant,
    series: (goods, bads) => ({
      [`${name}_count{namespace="n",${labels}}`]: steadily(goods + bads),
      [`${name}_bucket{namespace="n",${labels},le="${le}"}`]: steadily(goods),
    }),
  });
  if (!Number.isInteger(bound)) return [spelled(String(bound), '')];
  return [spelled(`${bound}`, ''), spelled(`${bound}.0`, ' (Prometheus 3)')];
}

/** What every promise’s alerts must do. */
export function objectiveCases(
  { name, target }: Pick<Objective, 'name' | 'target'>,
  { variant, series }: Flow,
): Case[] {
  const alert = `Herald${name}BudgetBurn`;
  const budget = 1 - target;
  const firing = (...windows: [window: string, severity: string][]) =>
    windows.map(([window, severity]) => ({ window, severity, namespace: 'n' }));
  const share = (factor: number): [number, number] => [1000 - 1000 * factor * budget, 1000 * factor * budget];
  const cases: Case[] = [
    {
      alert,
      name: 'fires soon, and on every window in the end, when the budget burns twenty times too fast',
      series: series(...share(20)),
      expected: [
        { at: '1m', firing: [] },
        { at: '10m', firing: firing(['1h', 'page']) },
        { at: '290m', firing: firing(['1h', 'page'], ['6h', 'page'], ['1d', 'ticket'], ['3d', 'ticket']) },
      ],
    },
    {
      alert,
      name: 'wakes nobody when it burns twice as fast as it may',
      series: series(...share(2)),
      expected: [{ at: '290m', firing: firing(['3d', 'ticket']) }],
    },
    {
      alert,
      name: 'is quiet while the promise holds',
      series: series(...share(0.5)),
      expected: [{ at: '290m', firing: [] }],
    },
    {
      alert,
      name: 'is quiet when there is too little to count, all of it bad',
      series: series(0, 0.3),
      expected: [{ at: '290m', firing: [] }],
    },
  ];
  return cases.map((one) => ({ ...one, name: one.name + variant }));
}
