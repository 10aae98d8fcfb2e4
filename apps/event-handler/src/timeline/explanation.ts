/** What happened and why, in words. */
export interface Explanation {
  /**
   * `event`: something of the outside, or about the person. `step`: a campaign's doing. `message`: what
   * became of a message.
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
