import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
const pages = files.filter((file) => file.endsWith('.md'));

/** As pages name them: whole, or from a folder on, and without `src`. */
const sources = files.flatMap((file) => [`/${file}`, `/${file.replace('/src/', '/')}`]);

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

/** The name under which a heading can be linked to, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/`|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

function anchorsIn(file: string): Set<string> {
  const headings = withoutCode(readFileSync(file, 'utf8')).matchAll(/^#{1,6} (.*)$/gm);
  return new Set([...headings].map(([, heading]) => anchorOf(heading ?? '')));
}

test.each(pages)('every link and every path named in %s leads somewhere', (page) => {
  const text = withoutCode(readFileSync(join(root, page), 'utf8'));
  const broken: string[] = [];
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(file)) broken.push(target);
    else if (anchor !== undefined && file.endsWith('.md') && !anchorsIn(file).has(anchor))
      broken.push(target);
  }
  for (const [, path = ''] of text.matchAll(
    /`((?:apps|libs|tools|tests|charts|docs|examples|k8s)\/[\w./-]+)`/g,
  ))
    if (!existsSync(join(root, path))) broken.push(path);
  for (const [, path = ''] of text.matchAll(/`([\w-][\w./-]*\.ts)`/g))
    if (!sources.some((file) => file.endsWith(`/${path}`))) broken.push(path);
  expect(broken).toEqual([]);
});
