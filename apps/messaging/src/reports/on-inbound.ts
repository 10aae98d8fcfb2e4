import { formsOf } from '@herald/addresses';
import { collections, eventsMessages, type SendInbound } from '@herald/contracts';
import { deriveId, type Event, type JsonObject, newEvent, streamOf } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';

/**
 * A text came in. Whose number it is follows only from messages to it: everybody who lately got one there may
 * have written. STOP and START apply to all of them, because they share one phone. The text is kept with the
 * person of the latest message. From a number that no message went to, nothing is kept.
 */
export type OnInbound = (inbound: SendInbound) => Promise<void>;

/** At most so many of the latest messages to a number are read. */
const LOOKED_AT = 200;

export function createOnInbound({
  store,
  broker,
  log,
}: Pick<ServiceDeps, 'store' | 'broker' | 'log'>): OnInbound {
  const messages = store.collection(collections.messages);

  /** The latest first. */
  const whoseNumber = async ({ workspace, channel, from }: SendInbound): Promise<string[]> => {
    const pages = await Promise.all(
      formsOf(from).map((to) =>
        messages.find({ index: 'byTo', equals: [workspace, to, channel], reverse: true, limit: LOOKED_AT }),
      ),
    );
    const states = pages.flatMap(({ items }) => items.map(({ state }) => state));
    states.sort((a, b) => b.requestedAt - a.requestedAt);
    return [...new Set(states.map(({ prospectId }) => prospectId))];
  };

  return async (inbound) => {
    const { workspace, channel, id: key, from, text, keyword, provider, receivedAt } = inbound;
    const prospects = await whoseNumber(inbound);
    const [latest] = prospects;
    if (latest === undefined) {
      log.warn({ workspace, keyword }, 'a text came from a number that no message went to');
      return;
    }
    const eventFor = (prospectId: string, type: string, data: JsonObject): Event => {
      const id = deriveId(type, provider, key, prospectId);
      return newEvent({
        workspace,
        id,
        stream: streamOf('prospect', prospectId),
        type,
        occurredAt: receivedAt,
        receivedAt,
        source: `callbacks/${provider}`,
        data,
      });
    };
    const received = { from, text, provider, ...(keyword === undefined ? {} : { keyword }) };
    const events = [eventFor(latest, 'sms.received', received)];
    if (keyword === 'stop' || keyword === 'start') {
      const type = keyword === 'stop' ? 'prospect.unsubscribed' : 'prospect.subscribed';
      for (const prospectId of prospects)
        events.push(eventFor(prospectId, type, { channel, reason: keyword.toUpperCase() }));
    }
    await broker.publish(eventsMessages(events));
  };
}
