import type { Spoken } from '@herald/domain';

/** What Twilio is to do next, in its markup. https://www.twilio.com/docs/voice/twiml */

export const TWIML = 'text/xml; charset=utf-8';

/** Nothing: the answer to an incoming text. Twilio itself answers those that need an answer. */
export const nothing = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

export interface Saying {
  readonly spoken: readonly Spoken[];
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
}

/** Says something and hangs up. */
export function sayAndHangUp({ spoken, voice, language }: Saying): string {
  const attributes = [
    ...(voice === undefined ? [] : [` voice="${escaped(voice)}"`]),
    ...(language === undefined ? [] : [` language="${escaped(language)}"`]),
  ].join('');
  const said = spoken.map((part) =>
    'pause' in part ? `<Pause length="${part.pause}"/>` : `<Say${attributes}>${escaped(part.say)}</Say>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${said.join('')}<Hangup/></Response>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML cannot express most control characters. */
const escaped = (text: string): string =>
  text.replace(/[^\P{C}\n\t]/gu, '').replace(/[&<>"']/g, (char) => entities[char] ?? char);
