import { expect, test } from 'vitest';
import { readKeyword } from './keyword.ts';

test.each([
  'STOP',
  'Stop',
  'stop',
  'STOPALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPTOUT',
  'opt out',
  'Opt-Out',
  'stop all',
  'Stop-All',
])('%s, a word on the lists of networks and regulators, is a STOP', (text) => {
  expect(readKeyword(text)).toBe('stop');
});

test.each([
  'Stop.',
  'STOP!',
  'stop!!!',
  'Stop?',
  '"stop"',
  '“stop”',
  '‘Stop’',
  '«stop»',
  '(STOP)',
  '*stop*',
  '[Stop]',
  "'stop'",
  '  stop  ',
  '\n\nSTOP\n',
  '\u00a0stop\u00a0',
  '\u200bSTOP\u200b',
  'S\u200bTOP',
  '\u202aSTOP\u202c',
  '\ufeffstop',
  'ＳＴＯＰ',
  'ｓｔｏｐ．',
  '🛑 STOP 🛑',
  'Stop👍🏽',
  'STOP\u0000',
  'S.T.O.P.',
  'stop stop STOP',
  'StOp…',
  '𝐒𝐓𝐎𝐏',
])('%j is a STOP: case, accents and punctuation do not matter', (text) => {
  expect(readKeyword(text)).toBe('stop');
});

test.each([
  'Stop please',
  'Please stop',
  'STOP, thanks!',
  'pls stop now',
  'Please cancel',
  'stop texting me',
  'Stop sending me texts!',
  'unsubscribe me',
  'Opt out please',
  'opt me out',
  'STOP\nAda Lovelace',
  'Stop\r\n--\r\nSent from my phone',
  'stop\n\nAda',
  'Stop. I have asked before.',
  'STOP - Ada',
  'end\nAda',
  'stop bitte',
  'alto por favor',
  'Arrêt s’il vous plaît',
])('%j is a STOP: it says nothing else', (text) => {
  expect(readKeyword(text)).toBe('stop');
});

test.each([
  'ARRET',
  'ARRÊT',
  'Arre\u0302t',
  'arrêter',
  'ALTO',
  'PARE',
  'Parar',
  'BAJA',
  'STOPP',
  'abmelden',
  'iptal',
  'İPTAL',
  'IPTAL',
  'dur',
  'СТОП',
  'Стоп!',
  'ΣΤΟΠ',
  '退订',
  '停止',
  '配信停止',
  '수신거부',
  'הסר',
])('%s is a STOP in its language', (text) => {
  expect(readKeyword(text)).toBe('stop');
});

test.each([
  'stop by tomorrow?',
  "don't stop",
  'Don’t stop',
  'do not stop',
  'non-stop',
  'I stopped',
  'the bus stop',
  'The end',
  'cancel my appointment on Friday',
  'end of the month?',
  'how do I stop',
  'weekend',
  'Please, when does it end',
  'Hello',
  '',
  '   ',
  '🛑',
  'Cancel. I will come another day.',
  'end it',
  'I will quit smoking',
  'bendstop',
  'stoppage',
  `nothing${' '.repeat(500)}\nSTOP`,
])('%j is no STOP', (text) => {
  expect(readKeyword(text)).toBeUndefined();
});

test.each(['START', 'Start!', '“unstop”', 'Yes', 'yes.', ' ＹＥＳ ', 'start\u200b'])(
  '%j is a START',
  (text) => {
    expect(readKeyword(text)).toBe('start');
  },
);

test.each(['yes please', 'Yes\nsee you at five', 'start again', 'yes yes', 'yesterday', 'restart'])(
  '%j subscribes nobody',
  (text) => {
    expect(readKeyword(text)).toBeUndefined();
  },
);

test.each(['HELP', 'help?', 'Info.', 'AIDE', 'Ayuda'])('%j is a HELP', (text) => {
  expect(readKeyword(text)).toBe('help');
});

test('a text of any length costs little', () => {
  expect(readKeyword(`stop ${'a '.repeat(500_000)}`)).toBeUndefined();
  expect(readKeyword('.'.repeat(1_000_000))).toBeUndefined();
});
