import { readEmail, readPhone } from '@herald/addresses';
import { collections, suppressedBy } from '@herald/contracts';
import { iso, plainAddress } from '@herald/domain';
import { type Http, PageQuery, Problem, pageOf, problemResponses } from '@herald/http';
import type { Store } from '@herald/store';
import { Type } from 'typebox';

const Suppressed = Type.Object({
  address: Type.String(),
  channel: Type.String(),
  prospectId: Type.String({
    description:
      'The prospect whose event suppressed the address, for everybody who has it. ' +
      '`prospect.unsuppressed` of this prospect lifts it.',
  }),
  reason: Type.Optional(Type.String()),
  at: Type.String({ format: 'date-time' }),
});

/**
 * `GET /v1/suppressions`: the addresses that get no messages. The events `prospect.suppressed` and
 * `prospect.unsuppressed` change them.
 */
export function suppressionRoutes(app: Http, store: Store): void {
  const prospects = store.collection(collections.prospects);
  app.get(
    '/v1/suppressions',
    {
      config: { scope: 'prospects:read' },
      schema: {
        tags: ['suppressions'],
        summary: 'List the addresses that are suppressed',
        description:
          'By address. Send `prospect.suppressed` and `prospect.unsuppressed` as events to change them.',
        querystring: Type.Object({
          ...PageQuery.properties,
          channel: Type.Enum(['email', 'sms']),
          address: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
        }),
        response: { 200: pageOf(Suppressed), ...problemResponses(400) },
      },
    },
    async ({ query: { channel, address, limit = 50, cursor }, principal: { workspace } }) => {
      const index = suppressedBy[channel] ?? '';
      const sought = address === undefined ? undefined : soughtAddress(channel, address);
      const page = await prospects.find({
        index,
        limit,
        cursor,
        // From the first text on: prospects without a suppressed address are not listed.
        ...(sought === undefined ? { equals: [workspace], from: '' } : { equals: [workspace, sought] }),
      });
      const items = page.items.flatMap(({ id, state }) => {
        const found = state.suppressions?.[channel];
        if (found?.address === undefined || !found.suppressed) return [];
        const { address, reason, at } = found;
        return [{ address, channel, prospectId: id, at: iso(at), reason }];
      });
      return { items, nextCursor: page.next };
    },
  );
}

/** An address in the form that suppressions have. Throws a 400 where it is none: it would find nothing. */
function soughtAddress(channel: 'email' | 'sms', address: string): string {
  const read = channel === 'email' ? readEmail(address) : readPhone(address);
  if ('fault' in read)
    throw new Problem(400, 'invalid', 'This is no address of the channel.', {
      errors: [{ path: '/address', message: read.fault }],
    });
  return plainAddress('address' in read ? read.address : read.number);
}
