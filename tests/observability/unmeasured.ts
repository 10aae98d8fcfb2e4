/**
 * Why a query of a dashboard or alert finds nothing outside Kubernetes, or without a mail server that sends
 * mail back. Undefined: it must find something.
 */
export function whyUnmeasured(expr: string): string | undefined {
  return UNMEASURED.find(({ series }) => expr.includes(series))?.why;
}

/** All series without such data. All others must have data in every running installation. */
const UNMEASURED: readonly { readonly series: string; readonly why: string }[] = [
  {
    series: 'kube_horizontalpodautoscaler_',
    why: 'kube-state-metrics reports it, of an autoscaler in a cluster',
  },
  { series: 'herald_bounce_mailbox_readable', why: 'only an installation with BOUNCE_IMAP_URL has it' },
  { series: 'herald_returned_mails_total', why: 'only an installation with BOUNCE_ADDRESS has it' },
];
