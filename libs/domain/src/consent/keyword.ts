/** What a text message asks for, by the rules of the networks. */
export type Keyword = 'stop' | 'start' | 'help';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words that end a subscription and can hardly mean anything else, also with words after them. */
const CLEAR_STOP = words(`
  stop stopall unsubscribe optout stopp arret arreter arrete arrett desabonner desinscrire unsuscribe
  abmelden abbestellen afmelden uitschrijven disiscrivi rezygnuje wypisz lopeta
  стоп στοπ 退订 退訂 配信停止 수신거부 הסר
`);
/** Words on the same lists that people also use about other things: they must be the whole line. */
const OTHER_STOP = words(`
  cancel end quit revoke
  alto pare parar baja cancelar detener salir sair ferma annulla annuler iptal dur ret peru huy td 停止
`);
const START = words('start unstop yes');
const HELP = words('help info aide ayuda hilfe');

/** Words that are only polite, in the languages above. */
const POLITE = words(`
  please pls plz kindly thanks thank thx you now immediately
  bitte danke svp sil vous plait merci por favor gracias obrigado obrigada per favore grazie
  alstublieft dank tack tak takk
`);
/** What people stop: `stop all`, `stop texting me`, `stop these messages`. */
const OBJECT = words(`
  all me us it this that these those the to from for
  texting messaging sending contacting writing texts messages message sms alerts notifications subscription
`);

/** Characters of a text that are read: a keyword stands at its beginning. */
const LOOKED_AT = 400;

/**
 * The keyword of a text message; undefined: it has none. Case, accents, punctuation, quotes, emoji, invisible
 * characters and full-width letters do not matter. A STOP may be polite, say what to stop, and have a
 * signature on the next line; inside a sentence it is no STOP. START and HELP must be the whole text: nobody
 * is subscribed by a guess.
 */
export function readKeyword(text: string): Keyword | undefined {
  const plain = plainText(text.slice(0, LOOKED_AT));
  const whole = wordsOf(plain).join('');
  if (START.has(whole)) return 'start';
  if (HELP.has(whole)) return 'help';
  const lines = plain.split(/[\n\r\u2028\u2029]+/).filter((line) => wordsOf(line).length > 0);
  const [line = ''] = lines;
  if (isStop(line)) return 'stop';
  // "Stop. I have said so before." Words that can mean other things must be the whole line.
  const [sentence = ''] = line.split(/[.!?;:]\s|\s[-–—]\s/);
  return CLEAR_STOP.has(wordsOf(sentence).join('')) ? 'stop' : undefined;
}

function isStop(line: string): boolean {
  const said = wordsOf(line);
  const isOne = (list: readonly string[]): boolean =>
    CLEAR_STOP.has(list.join('')) || OTHER_STOP.has(list.join(''));
  if (isOne(said)) return true;
  const meant = [...new Set(said.filter((word) => !POLITE.has(word)))];
  if (isOne(meant)) return true;
  const rest = meant.filter((word) => !OBJECT.has(word));
  return CLEAR_STOP.has(rest.join(''));
}

/** Compatibility forms resolved, invisible characters and accents gone, lower case whatever the language. */
const plainText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}'’‘]/gu, '')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replaceAll('ı', 'i')
    // Hangul must be whole again: it was taken apart with the accents.
    .normalize('NFC');

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];
