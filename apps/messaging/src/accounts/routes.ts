import { accountIn, type Senders } from '@herald/contracts';
import { CHANNELS, type Channel, NAME_PATTERN, randomId } from '@herald/domain';
import { type Http, Problem, problemResponses } from '@herald/http';
import { Type } from 'typebox';
import type { Content } from '../channels/channel.ts';
import { channels } from '../channels/index.ts';
import { noSenderAsProblem } from '../channels/no-sender.ts';
import type { FewAtOnce } from '../providers/few-at-once.ts';
import type { Settings } from '../settings/settings.ts';
import { sendingOf } from '../settings/streams.ts';
import type { AccountLanes } from './account-lanes.ts';
import { accountKinds } from './kinds.ts';

const Tried = Type.Object({
  messageId: Type.String(),
  channel: Type.String(),
  outcome: Type.Literal('sent'),
  providerId: Type.Optional(Type.String()),
});

export interface AccountRoutesDeps {
  readonly accountLanes: Pick<AccountLanes, 'find'>;
  readonly fewAtOnce: FewAtOnce;
  readonly settings: Pick<Settings, 'of'>;
  readonly sendersOf: (workspace: string, stream: string | undefined) => Senders;
}

/** The route that tries an account, by the code that sends. */
export function accountRoutes(app: Http, deps: AccountRoutesDeps): void {
  const { accountLanes, fewAtOnce, settings, sendersOf } = deps;
  app.post(
    '/v1/settings/accounts/:name/test',
    {
      config: { scope: 'settings:write' },
      schema: {
        tags: ['settings'],
        summary: 'Send a short message by an account to an address of yours. Nothing is recorded of it',
        params: Type.Object({ name: Type.String({ pattern: NAME_PATTERN, examples: ['newsletter'] }) }),
        body: Type.Object(
          {
            to: Type.String({ maxLength: 320, description: 'an address of the channel' }),
            channel: Type.Optional(
              Type.Enum([...CHANNELS], { description: 'Default: the first that the account sends' }),
            ),
            stream: Type.Optional(
              Type.String({ pattern: NAME_PATTERN, description: 'whose sender it has. Default: no stream' }),
            ),
          },
          { additionalProperties: false, examples: [{ to: 'you@acme.example' }] },
        ),
        response: { 200: Tried, ...problemResponses(400, 404, 409, 422, 429, 502) },
      },
    },
    async ({ principal: { workspace }, params: { name }, body }) => {
      const content = settings.of(workspace);
      const account = accountIn(content, name);
      if (account === undefined) throw new Problem(404, 'account_unknown', 'There is no such account.');
      const { channels: served } = accountKinds[account.provider];
      const { channel = served[0] ?? 'email', stream } = body;
      const lane = accountLanes.find(workspace, channel, name);
      if (lane === undefined) throw wrong('/channel', `must be one of ${served.join(', ')}`);
      if (sendingOf(content, stream) === undefined)
        throw wrong('/stream', 'must be a stream of the settings');
      const { address, outgoing } = channels[channel];
      const to = address.parse(body.to, content.country);
      if (to === undefined) throw wrong('/to', `must be ${address.description}`);
      const messageId = `test-${randomId()}`;
      const message = orNoSender(() =>
        outgoing(greeting(channel, name), {
          workspace,
          messageId,
          to,
          senders: sendersOf(workspace, stream),
          defaultSender: undefined,
          isAccount: true,
          secret: () => undefined,
        }),
      );
      const outcome = await fewAtOnce(workspace, () =>
        lane.whenFree(workspace, () => lane.send(message, { workspace })),
      );
      if (outcome.kind !== 'sent')
        throw new Problem(502, `provider_${outcome.kind}`, `The account did not take it: ${outcome.reason}`);
      const { providerId } = outcome;
      return { messageId, channel, outcome: outcome.kind, ...(providerId !== undefined && { providerId }) };
    },
  );
}

const wrong = (path: string, message: string): Problem =>
  new Problem(422, 'invalid_test', 'It cannot be sent.', { errors: [{ path, message }] });

function orNoSender<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw noSenderAsProblem(error);
  }
}

/** What a test says on each channel that accounts send. */
function greeting(channel: Channel, name: string): Content {
  const text = `This is a test of the account ${name} of Herald.`;
  const said = {
    email: { subject: `Test of the account ${name}`, text },
    sms: { text, encoding: 'GSM-7', segments: 1 },
    call: { script: [{ say: text }], menu: [] },
    webhook: {},
  } satisfies Record<Channel, object>;
  return { channel, ...said[channel] };
}
