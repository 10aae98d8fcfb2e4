import { publicLink } from '@herald/contracts';
import type { ProviderOutcome } from '@herald/domain';
import twilio from 'twilio';
import { within } from '../../../providers/answers/within.ts';
import type { Provider } from '../../../providers/provider.ts';
import type { OutgoingCall } from '../../call/message.ts';
import type { OutgoingSms } from '../../sms/message.ts';
import { isMessagingService } from '../senders.ts';
import { callScript } from './call-script.ts';
import { createTwilioHttp } from './http.ts';
import { outcomeOfFailure } from './outcome.ts';

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** The number that texts and calls come from where a workspace has set none: E.164. */
  readonly number?: string | undefined;
  /** The SID of the messaging service that such texts come from instead. */
  readonly service?: string | undefined;
  /** Where its API is, without a path; Default: Twilio's own. */
  readonly url?: string | undefined;
  /** Where Twilio reaches us: ingest's public address. Undefined: it cannot, so it reports nothing. */
  readonly callbacks?: string | undefined;
  /** The path there, before the reference. Default: that of the installation's account. */
  readonly callbackPath?: string;
  /** ms of wall time for one call of the API. */
  readonly timeout?: number;
  /** Calls of the API under way at once. */
  readonly connections?: number;
}

export interface TwilioProviders {
  readonly sms: Provider<OutgoingSms>;
  readonly call: Provider<OutgoingCall>;
}

/** What Twilio reports of a call while it goes on. */
const CALL_EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

/**
 * Text messages and phone calls by Twilio. The message's reference stands in the addresses that Twilio
 * reports to.
 */
export function createTwilioProviders(options: TwilioOptions): TwilioProviders {
  const {
    accountSid,
    authToken,
    number,
    service,
    url,
    callbacks,
    callbackPath = '/callbacks/twilio',
    timeout = 45_000,
    connections = 20,
  } = options;
  const httpClient = createTwilioHttp({ url, timeout, connections });
  const client = twilio(accountSid, authToken, { httpClient, autoRetry: false });

  const callbackOf = (reference: string | undefined): string | undefined =>
    callbacks === undefined || reference === undefined
      ? undefined
      : publicLink(callbacks, `${callbackPath}/${reference}`);

  const attempt = async (work: () => Promise<{ readonly sid: string }>): Promise<ProviderOutcome> => {
    try {
      const { sid } = await within(timeout, work());
      return { kind: 'sent', ...(typeof sid === 'string' && { providerId: sid.slice(0, 200) }) };
    } catch (error) {
      return outcomeOfFailure(error, Date.now());
    }
  };

  const common = {
    name: 'twilio',
    // `within` may be late by a turn of the event loop.
    timeout: timeout + 1_000,
    connections,
    async close() {},
  };
  return {
    sms: {
      ...common,
      channel: 'sms',
      sender: service ?? number,
      async send({ from = service ?? number, to, text, reference }) {
        if (from === undefined) return NO_NUMBER;
        const statusCallback = callbackOf(reference);
        return attempt(() =>
          client.messages.create({
            ...(isMessagingService(from) ? { messagingServiceSid: from } : { from }),
            ...{ to, body: text },
            ...(statusCallback && { statusCallback }),
          }),
        );
      },
    },
    call: {
      ...common,
      channel: 'call',
      sender: number,
      async send(call) {
        const { from = number, to, reference, menu } = call;
        if (from === undefined) return NO_NUMBER;
        const statusCallback = callbackOf(reference);
        if (menu.length > 0 && callbacks === undefined) return NO_WAY_BACK;
        const twiml = scriptOf(call, statusCallback && `${statusCallback}/key`);
        if (typeof twiml !== 'string') return twiml;
        const reports = statusCallback && {
          statusCallback,
          statusCallbackMethod: 'POST',
          statusCallbackEvent: CALL_EVENTS,
        };
        return attempt(() => client.calls.create({ from, to, twiml, ...reports }));
      },
    },
  };
}

/** What XML cannot say is the message's fault, and nobody else's. */
function scriptOf(call: OutgoingCall, keyUrl: string | undefined): string | ProviderOutcome {
  try {
    return callScript(call, keyUrl) ?? TOO_LONG;
  } catch {
    return NO_SCRIPT; // the library's error quotes the whole text
  }
}

const NO_NUMBER: ProviderOutcome = {
  kind: 'permanent',
  reason:
    'no_sender: there is no number to send from; set senders.sms.from and senders.call.from, ' +
    'TWILIO_NUMBER or, for texts, TWILIO_MESSAGING_SERVICE_SID',
};
const NO_WAY_BACK: ProviderOutcome = {
  kind: 'permanent',
  reason: 'a call with a menu needs PUBLIC_URL, where Twilio asks what a key means',
};
const NO_SCRIPT: ProviderOutcome = { kind: 'permanent', reason: 'the call holds what cannot be spoken' };
const TOO_LONG: ProviderOutcome = {
  kind: 'permanent',
  reason: 'the call and its menu are longer than the 4,000 characters that Twilio takes',
};
