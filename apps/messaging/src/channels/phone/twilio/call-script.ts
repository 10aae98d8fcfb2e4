import { type Spoken, spokenParts } from '@herald/domain';
import twilio from 'twilio';
import type { OutgoingCall } from '../../call/message.ts';

/** The longest that Twilio takes with a call, in characters. */
const MAX_SCRIPT = 4_000;
/** s in which a key may be pressed after the last word. */
const ANSWER = 10;

type Voice = InstanceType<typeof twilio.twiml.VoiceResponse>;
type Says = Pick<Voice, 'say' | 'pause'>;

/**
 * A call as TwiML; undefined when it is too long. While a menu is there a key ends the speech: what happens
 * then is asked of `keyUrl`, with what to say for each key in its query, piece by piece, so that nothing has
 * to be kept for it.
 */
export function callScript(call: OutgoingCall, keyUrl: string | undefined): string | undefined {
  const response = new twilio.twiml.VoiceResponse();
  const into: Says =
    call.menu.length === 0 || keyUrl === undefined
      ? response
      : response.gather({
          input: ['dtmf'],
          numDigits: 1,
          // Else # would be the end of a number and never a choice.
          finishOnKey: '',
          timeout: ANSWER,
          action: withChoices(keyUrl, call),
          method: 'POST',
        });
  speak(into, call.script, call);
  const script = response.toString();
  return script.length > MAX_SCRIPT ? undefined : script;
}

function speak(into: Says, script: readonly Spoken[], { voice, language }: OutgoingCall): void {
  // The library's types list the voices and languages of its day; Twilio has new ones all the time.
  const how = {
    ...(voice === undefined ? {} : { voice }),
    ...(language === undefined ? {} : { language }),
  } as Parameters<Voice['say']>[0];
  for (const part of script) {
    if ('pause' in part) into.pause({ length: part.pause });
    else into.say(how, part.say);
  }
}

function withChoices(keyUrl: string, { menu, voice, language }: OutgoingCall): string {
  const url = new URL(keyUrl);
  for (const { key, say } of menu)
    for (const part of spokenParts(say))
      url.searchParams.append(`say${key}`, 'pause' in part ? `[pause ${part.pause}]` : part.say);
  if (voice !== undefined) url.searchParams.set('voice', voice);
  if (language !== undefined) url.searchParams.set('language', language);
  return url.href;
}
