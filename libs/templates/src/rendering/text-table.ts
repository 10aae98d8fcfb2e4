import type { DomNode, FormatCallback } from 'html-to-text';

/** Elements that make a cell part of the layout instead of a value. */
const BLOCKS = new Set<string | undefined>(
  'table div p h1 h2 h3 h4 h5 h6 ul ol pre blockquote hr center section article header footer'.split(' '),
);
const GROUPS = new Set<string | undefined>(['thead', 'tbody', 'tfoot']);
/** Characters of a column before its text goes on in the next line, and of all columns side by side. */
const COLUMN = 40;
const WIDTH = 78;
/** Columns cost more with each row. */
const MAX_ROWS = 500;
const COLUMNS = { uppercaseHeaderCells: false, maxColumnWidth: COLUMN, colSpacing: 2 };

/**
 * A table as text. Mails use tables for data and for layout. It is layout if a cell holds blocks, or if the
 * table says that it is for presentation. Data stands in columns. In layout, and in data too wide for a line,
 * each row has its own line with a stroke between its cells, and a cell with blocks has lines of its own.
 */
export const formatTable: FormatCallback = (table, walk, builder, options) => {
  const rows = table.children.flatMap((child) => (GROUPS.has(child.name) ? child.children : [child]));
  const cells = rows.filter(({ name }) => name === 'tr').map(cellsOf);
  const { dataTable } = builder.options.formatters ?? {};
  builder.openBlock({ leadingLineBreaks: 2 });
  for (const caption of rows.filter(({ name }) => name === 'caption')) {
    builder.openBlock({ leadingLineBreaks: 1 });
    walk(caption.children, builder);
    builder.closeBlock({ trailingLineBreaks: 1 });
  }
  if (isData(table, cells)) dataTable?.(table, walk, builder, { ...options, ...COLUMNS });
  else
    for (const row of rows) {
      if (row.name === 'caption') continue;
      if (row.name === 'tr') formatRow(row, walk, builder, options);
      else walk([row], builder);
    }
  builder.closeBlock({ trailingLineBreaks: 2 });
};

const formatRow: FormatCallback = (row, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  let isFirst = true;
  for (const child of row.children) {
    if (!isCell(child)) {
      walk([child], builder);
    } else if (some(child, ({ name }) => BLOCKS.has(name))) {
      builder.openBlock({ leadingLineBreaks: 1 });
      walk(child.children, builder);
      builder.closeBlock({ trailingLineBreaks: 1 });
      isFirst = true;
    } else if (lengthOf(child) > 0) {
      if (!isFirst) builder.addInline(' | ');
      walk(child.children, builder);
      isFirst = false;
    }
  }
  builder.closeBlock({ trailingLineBreaks: 1 });
};

function isData(table: DomNode, rows: readonly (readonly DomNode[])[]): boolean {
  const { role } = table.attribs ?? {};
  if (role === 'presentation' || role === 'none') return false;
  if (rows.length > MAX_ROWS || !rows.some((cells) => cells.length > 1)) return false;
  if (rows.some((cells) => cells.some((cell) => some(cell, ({ name }) => BLOCKS.has(name))))) return false;
  const widths: number[] = [];
  for (const cells of rows)
    for (const [index, cell] of cells.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  return widths.reduce((sum, width) => sum + width + COLUMNS.colSpacing, 0) <= WIDTH;
}

const isCell = ({ name }: DomNode): boolean => name === 'td' || name === 'th';
const cellsOf = (row: DomNode): DomNode[] => row.children.filter(isCell);

/** Characters that a cell has as text, about. */
const lengthOf = (cell: DomNode): number => wordsOf(cell).reduce((sum, word) => sum + word.length + 1, 0);

/**
 * The widest line of a cell that is wrapped after `COLUMN` characters; a word is never split.
 */
const widthOf = (cell: DomNode): number =>
  Math.max(Math.min(lengthOf(cell), COLUMN), ...wordsOf(cell).map(({ length }) => length));

/** Its text, the addresses of its links in brackets, and the `alt` of its pictures. */
function wordsOf(cell: DomNode): string[] {
  const words: string[] = [];
  some(cell, ({ type, data = '', attribs = {} }) => {
    const { href, alt = '' } = attribs;
    const text = `${type === 'text' ? data : ''} ${alt} ${href === undefined ? '' : `[${href}]`}`;
    for (const [word] of text.matchAll(/\S+/g)) words.push(word);
    return false;
  });
  return words;
}

/** Whether a node inside is such an element. Not recursive: the depth is not bounded. */
function some(root: DomNode, is: (node: DomNode) => boolean): boolean {
  const open = [...(root.children ?? [])];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (is(node)) return true;
    for (const child of node.children ?? []) open.push(child);
  }
  return false;
}
