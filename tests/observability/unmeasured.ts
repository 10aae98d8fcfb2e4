/** Why a query of a dashboard or alert finds nothing outside Kubernetes; undefined for every other query. */
export function whyUnmeasured(expr: string): string | undefined {
  return UNMEASURED.find(({ series }) => expr.includes(series))?.why;
}

/** The whole list. What is not on it must have data in every installation that runs. */
const UNMEASURED: readonly { readonly series: string; readonly why: string }[] = [
  {
    series: 'kube_horizontalpodautoscaler_',
    why: 'kube-state-metrics tells it, of an autoscaler in a cluster',
  },
];
