import type { Fault } from '../fault.ts';

/** Every third mail is answered later than a call may take (1 s): it has arrived, unconfirmed. */
export const slowMailServer: Fault = {
  name: 'a slow mail server',
  short: false,
  mayHide: true,
  env: { SEND_TIMEOUT: '1' },
  inbox: { answerAfter: slowly() },
  async run({ load, long, inbox, check }) {
    await load.send(long ? 60 : 24, long ? 6_000 : 3_000);
    check(inbox.mails.length > 0, 'no mail at all');
    return { note: 'every third answer after 1.5 s, of 1 s allowed' };
  },
};

function slowly(): () => number {
  let n = 0;
  return () => {
    n += 1;
    return n % 3 === 0 ? 1_500 : 20;
  };
}

/** Takes some mails and cuts the connection before it says so; puts others off until later. */
export const droppingMailServer: Fault = {
  name: 'a mail server that drops after the last dot',
  short: false,
  mayHide: true,
  inbox: { fate: (n) => (n % 4 === 0 ? 'drop' : 'take') },
  async run({ load, long }) {
    await load.send(long ? 60 : 24, long ? 6_000 : 2_000);
    return { note: 'every fourth mail taken without a word' };
  },
};

const DEFERRED = 25;

/** Puts the first mails off: nothing may be unknown, for a 451 is an answer. */
export const deferringMailServer: Fault = {
  name: 'a mail server that says later (451)',
  short: false,
  inbox: { fate: (n) => (n <= DEFERRED ? 'defer' : 'take') },
  async run({ load, long }) {
    await load.send(long ? 45 : 15, long ? 4_000 : 2_000);
    return { note: `the first ${DEFERRED} answers are 451` };
  },
};
