/**
 * Why a query of a dashboard or alert finds nothing outside Kubernetes. Undefined: it must find something.
 */
export function whyUnmeasured(expr: string): string | undefined {
  return UNMEASURED.find(({ series }) => expr.includes(series))?.why;
}

/** All series without data outside Kubernetes. All others must have data in every running installation. */
const UNMEASURED: readonly { readonly series: string; readonly why: string }[] = [
  {
    series: 'kube_horizontalpodautoscaler_',
    why: 'kube-state-metrics reports it, of an autoscaler in a cluster',
  },
];
