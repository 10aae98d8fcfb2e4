/**
 * The text with what stands between `<!-- generated: NAME -->` and `<!-- /generated -->` replaced. Throws if
 * there is no such section.
 */
export function replaceSection(text: string, name: string, content: string): string {
  const open = `<!-- generated: ${name} -->`;
  const close = '<!-- /generated -->';
  const start = text.indexOf(open);
  const end = text.indexOf(close, start);
  if (start < 0 || end < 0) throw new Error(`there is no section ${open} … ${close}`);
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`;
}
