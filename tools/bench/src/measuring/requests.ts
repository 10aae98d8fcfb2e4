import { range } from './numbers.ts';

const PROSPECTS = 1_000;

/** The body of a request of events, with new prospects in each; about 230 bytes an event. */
export const bodyOf = (request: number, events: number): string => {
  const items = range(events).map((n) => ({
    type: 'page.viewed',
    prospectId: `p${(request * events + n) % PROSPECTS}`,
    occurredAt: new Date(Date.UTC(2026, 0, 1) + request).toISOString(),
    data: {
      url: `https://shop.example/products/${request}`,
      referrer: 'https://search.example/',
      seconds: n,
    },
  }));
  return JSON.stringify(events === 1 ? items[0] : items);
};

export const headersFor = (apiKey: string): Record<string, string> => ({
  authorization: `Bearer ${apiKey}`,
  'content-type': 'application/json',
});
