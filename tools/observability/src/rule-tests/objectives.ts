import type { Objective } from '../rules/objective.ts';
import type { Case } from './case.ts';

/** So many good and bad ones a minute, for five hours. */
export type Flow = (good: number, bad: number) => Readonly<Record<string, string>>;

const LENGTH = 300;
const steadily = (perMinute: number): string => `0+${perMinute}x${LENGTH}`;

/** Of two counters, one of them the bad ones. */
export const counted =
  (good: string, bad: string): Flow =>
  (goods, bads) => ({ [good]: steadily(goods), [bad]: steadily(bads) });

/** Of a histogram, where the bad ones are those above a bound. */
export const measured =
  (name: string, labels: string, bound: number): Flow =>
  (goods, bads) => ({
    [`${name}_count{namespace="n",${labels}}`]: steadily(goods + bads),
    [`${name}_bucket{namespace="n",${labels},le="${bound}"}`]: steadily(goods),
  });

/** What every promise’s alerts must do. */
export function objectiveCases({ name, target }: Pick<Objective, 'name' | 'target'>, flow: Flow): Case[] {
  const alert = `Herald${name}BudgetBurn`;
  const budget = 1 - target;
  const firing = (...windows: [window: string, severity: string][]) =>
    windows.map(([window, severity]) => ({ window, severity, namespace: 'n' }));
  const share = (factor: number): [number, number] => [1000 - 1000 * factor * budget, 1000 * factor * budget];
  return [
    {
      alert,
      name: 'fires soon, and on every window in the end, when the budget burns twenty times too fast',
      series: flow(...share(20)),
      expected: [
        { at: '1m', firing: [] },
        { at: '10m', firing: firing(['1h', 'page']) },
        { at: '290m', firing: firing(['1h', 'page'], ['6h', 'page'], ['1d', 'ticket'], ['3d', 'ticket']) },
      ],
    },
    {
      alert,
      name: 'wakes nobody when it burns twice as fast as it may',
      series: flow(...share(2)),
      expected: [{ at: '290m', firing: firing(['3d', 'ticket']) }],
    },
    {
      alert,
      name: 'is quiet while the promise holds',
      series: flow(...share(0.5)),
      expected: [{ at: '290m', firing: [] }],
    },
    {
      alert,
      name: 'is quiet when there is too little to count, all of it bad',
      series: flow(0, 0.3),
      expected: [{ at: '290m', firing: [] }],
    },
  ];
}
