import type { SettingsDocument } from '@herald/contracts';
import type { Http } from '@herald/http';
import { Type } from 'typebox';
import type { Failure } from '../providers/failures.ts';
import type { Shut, ShutBecause } from '../providers/gate.ts';
import { allStatuses, type ChannelStatus, type StatusOf } from './status.ts';

const STATES = {
  failing: 'failing',
  throttled: 'throttled',
  credentials: 'stopped',
  busy: 'busy',
} as const satisfies Record<ShutBecause, string>;

const When = (description: string) => Type.String({ format: 'date-time', description });
const Text = (description: string) => Type.Optional(Type.String({ description }));

const state = {
  state: Type.String({
    description:
      'open; failing: its last calls failed; throttled: it asked for patience; stopped: it refuses our ' +
      'credentials; busy: it has enough to do',
  }),
  reason: Text('the code it answered with'),
  until: Type.Optional(When('when it is tried again')),
};

const status = {
  problem: Text('why nothing leaves on this channel, and what to do; absent where it is set up'),
  sender: Type.Object(
    {
      from: Text('what messages come from; of webhooks the secret that signs them'),
      setBy: Text('settings, of the workspace, or installation'),
      missing: Text('there is none: how to set one'),
      missingRecords: Type.Optional(
        Type.Array(Type.String(), {
          description:
            'what the domain of the address lacks in DNS, where mail of the workspace’s own sender leaves ' +
            'by SMTP. Absent: nothing is known to be missing',
        }),
      ),
    },
    { description: 'what messages of the channel come from' },
  ),
  providers: Type.Array(
    Type.Object({
      provider: Type.String({ description: 'of the installation, or the name of an account' }),
      kind: Text('the kind of provider, where it is an account of the workspace'),
      ...state,
      lastFailure: Type.Optional(
        Type.Object(
          {
            at: When('when the call failed'),
            outcome: Type.String({ description: 'temporary, throttled, credentials, permanent or unknown' }),
            code: Text('its status, or the code of the system: 451 4.3.0; 400, 21211; ECONNREFUSED'),
            reason: Text('what it answered; absent where only messages of other workspaces have failed'),
            receiver: Text('of a webhook'),
          },
          { description: 'kept when it takes messages again, until the replica is restarted' },
        ),
      ),
      receivers: Type.Optional(
        Type.Array(Type.Object({ receiver: Type.String(), ...state }), {
          description: 'receivers of webhooks that are given none now',
        }),
      ),
    }),
    { description: 'in the order in which they are tried' },
  ),
};
const Channel = Type.Object({
  channel: Type.String(),
  ...status,
  streams: Type.Optional(
    Type.Array(Type.Object({ stream: Type.String(), ...status }), {
      description: 'the streams that have other senders or providers on this channel',
    }),
  ),
});

export interface ChannelRoutesDeps {
  readonly statusOf: StatusOf;
  readonly streamsOf: (workspace: string) => NonNullable<SettingsDocument['streams']>;
  /** What the domain of the workspace's own e-mail sender lacks in DNS, as sentences. */
  readonly missingRecords: (workspace: string, stream?: string) => Promise<readonly string[]>;
}

/** The route that shows the status of the channels. */
export function channelRoutes(app: Http, { statusOf, streamsOf, missingRecords }: ChannelRoutesDeps): void {
  const shown = async (workspace: string, status: ChannelStatus, stream?: string) => {
    // SendGrid signs by itself, and an account's mail server is the workspace's own.
    const isSmtp = status.providers.some(({ provider, kind }) => provider === 'smtp' && kind === undefined);
    const missing = status.channel === 'email' && isSmtp ? await missingRecords(workspace, stream) : [];
    const view = viewOf(status);
    return missing.length === 0
      ? view
      : { ...view, sender: { ...view.sender, missingRecords: [...missing] } };
  };
  app.get(
    '/v1/channels',
    {
      config: { scope: 'settings:read' },
      schema: {
        tags: ['channels'],
        summary:
          'Of each channel its sender, its providers, whether they take messages and why they last did ' +
          'not, as the replica that answers sees it',
        response: { 200: Type.Object({ items: Type.Array(Channel) }) },
      },
    },
    async ({ principal: { workspace } }) => ({
      items: await Promise.all(
        allStatuses(statusOf, workspace, streamsOf(workspace)).map(async ({ streams, ...all }) => ({
          channel: all.channel,
          ...(await shown(workspace, all)),
          ...(streams.length > 0 && {
            streams: await Promise.all(
              streams.map(async ({ stream, ...one }) => ({
                stream,
                ...(await shown(workspace, one, stream)),
              })),
            ),
          }),
        })),
      ),
    }),
  );
}

const viewOf = ({ problem, sender, providers }: ChannelStatus) => ({
  ...(problem !== undefined && { problem }),
  sender,
  providers: providers.map(({ provider, kind, shut, lastFailure, receivers }) => ({
    provider,
    ...(kind !== undefined && { kind }),
    ...stateOf(shut),
    ...(lastFailure && { lastFailure: failureOf(lastFailure) }),
    ...(receivers && {
      receivers: receivers.map((each) => ({ receiver: each.receiver, ...stateOf(each.shut) })),
    }),
  })),
});

const stateOf = (shut: Shut | undefined) =>
  shut === undefined
    ? { state: 'open' }
    : { state: STATES[shut.because], reason: shut.reason, until: iso(shut.until) };

const failureOf = ({ at, ...failure }: Failure) => ({ ...failure, at: iso(at) });

const iso = (instant: number): string => new Date(instant).toISOString();
