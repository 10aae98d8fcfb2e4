import { isObject } from '@herald/domain';

/**
 * The workspace that an envelope belongs to, read from its body: every contract has `workspace`, or `events`
 * that each have it. Undefined if the body cannot be read or has events of several workspaces; such a letter
 * is shown only to the installation.
 */
export function ownerOf(body: unknown): string | undefined {
  if (!isObject(body)) return undefined;
  const { workspace, events } = body;
  if (typeof workspace === 'string') return workspace;
  if (!Array.isArray(events)) return undefined;
  const owners = new Set(events.map((event: unknown) => (isObject(event) ? event.workspace : undefined)));
  const [owner] = owners;
  return owners.size === 1 && typeof owner === 'string' ? owner : undefined;
}
