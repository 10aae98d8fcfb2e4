/** What happened and why, in words. */
export interface Explanation {
  /**
   * `event`: from outside, or about the person. `step`: of a campaign. `message`: an outcome of a message.
   */
  readonly kind: 'event' | 'step' | 'message';
  readonly what: string;
  readonly why: string;
}

export const sentence = (kind: Explanation['kind'], what: string, why: string): Explanation => ({
  kind,
  what,
  why,
});
