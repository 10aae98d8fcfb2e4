import { Parser } from 'htmlparser2';

/** A tag of Eta. It may contain what looks like HTML, in a string or a comparison. */
const ETA_TAG = /<%[\s\S]*?%>/g;
/** Stands for the n-th tag while HTML is parsed: characters that no text uses (private use area). */
const hidden = (index: number): string => `\ue000${index}\ue001`;
const HIDDEN = /\ue000(\d+)\ue001/g;

/**
 * The words of a page's `<title>` as a line of plain text, with the template's tags in it as they are.
 * Undefined: it has none, or an empty one. The title of an `<svg>` does not count.
 */
export function titleOf(html: string): string | undefined {
  const tags: string[] = [];
  const plain = html.replace(ETA_TAG, (tag) => hidden(tags.push(tag) - 1));
  let title: string | undefined;
  let reading = false;
  let drawings = 0;
  const parser = new Parser({
    onopentag(name) {
      if (name === 'svg') drawings += 1;
      reading = name === 'title' && drawings === 0 && title === undefined;
      if (reading) title = '';
    },
    ontext(text) {
      if (reading) title += text;
    },
    onclosetag(name) {
      if (name === 'svg') drawings -= 1;
      if (name === 'title') reading = false;
    },
  });
  parser.end(plain);
  const line = title?.replace(/\s+/g, ' ').trim();
  return line ? line.replace(HIDDEN, (_, index: string) => tags[Number(index)] ?? '') : undefined;
}
