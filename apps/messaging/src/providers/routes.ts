import { type Http, problemResponses } from '@herald/service';
import { Type } from 'typebox';
import type { Channels, ChannelView } from './channels.ts';
import type { ShutBecause } from './gate.ts';

const STATES = {
  failing: 'failing',
  throttled: 'throttled',
  credentials: 'stopped',
  busy: 'busy',
} as const satisfies Record<ShutBecause, string>;

const Channel = Type.Object({
  channel: Type.String(),
  provider: Type.String(),
  state: Type.String({
    description:
      'open; failing: its last calls failed; throttled: it asked for patience; stopped: it refuses our credentials; busy: it has enough to do',
  }),
  reason: Type.Optional(Type.String({ description: 'what it answered' })),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'when it is tried again' })),
});

/** The route that shows how the providers stand. */
export function channelRoutes(app: Http, channels: Channels): void {
  app.get(
    '/v1/channels',
    {
      config: { scope: 'settings:read' },
      schema: {
        tags: ['channels'],
        summary:
          'The providers of each channel in the order in which they are tried, and whether they take messages, as the replica that answers sees it',
        response: { 200: Type.Object({ items: Type.Array(Channel) }), ...problemResponses(401, 403) },
      },
    },
    async ({ principal }) => ({ items: channels.view(principal.workspace).map(viewOf) }),
  );
}

const viewOf = ({ channel, provider, shut }: ChannelView): Type.Static<typeof Channel> => ({
  channel,
  provider,
  ...(shut === undefined
    ? { state: 'open' }
    : { state: STATES[shut.because], reason: shut.reason, until: new Date(shut.until).toISOString() }),
});
