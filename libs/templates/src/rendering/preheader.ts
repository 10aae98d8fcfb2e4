const BODY = /<body\b[^>]*>/i;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Blanks that fill the line of a list of mails, so that it does not go on with the mail's first words. */
const FILLING = '&#847;&zwnj;&nbsp;'.repeat(60);

/**
 * HTML that begins with a line that mail programs show beside the subject, and that is hidden in the mail
 * itself.
 */
export function withPreheader(html: string, preheader = ''): string {
  const line = preheader.replace(/\s+/g, ' ').trim();
  if (line === '') return html;
  const escaped = line.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
  const hidden = `<div style="display:none;max-height:0;overflow:hidden">${escaped}${FILLING}</div>`;
  const body = BODY.exec(html);
  const at = body === null ? 0 : body.index + body[0].length;
  return html.slice(0, at) + hidden + html.slice(at);
}
