/**
 * The `_id` of what (workspace, id) names: both, with a space between. No workspace has a space or anything
 * that sorts before it, so the text is unique and its order is that of (workspace, id); a workspace that
 * could read into another's ids is refused.
 */
export function idOf({ workspace, id }: { readonly workspace: string; readonly id: string }): string {
  if (/[\u0000- ]/.test(workspace)) throw new RangeError('A workspace has no spaces and control characters');
  return `${workspace} ${id}`;
}
