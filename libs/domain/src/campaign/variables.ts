/** What every condition and computed value of a campaign may use. */
export const CAMPAIGN_VARIABLES = ['event', 'prospect', 'company', 'enrollment', 'now'] as const;
