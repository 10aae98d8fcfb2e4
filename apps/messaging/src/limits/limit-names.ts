/** Everything that can hold a message back, as `herald_messages_limited_total` names it. */
export const LIMIT_NAMES = [
  'send_window',
  'quiet_hours',
  'frequency_cap',
  'campaign_rate',
  'provider_rate',
  'fair_share',
  'run_order',
] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];
