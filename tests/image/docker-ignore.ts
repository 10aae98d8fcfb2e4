import { dirname, matchesGlob } from 'node:path';

/**
 * Whether `.dockerignore` lets a path of the repository through to the builder: the last pattern that matches
 * it, or a folder above it, decides.
 */
export function parseDockerIgnore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ sent: line.startsWith('!'), pattern: line.replace(/^!/, '') }));
  return (path) => {
    const above = withFolders(path);
    return rules.findLast(({ pattern }) => above.some((part) => matchesGlob(part, pattern)))?.sent ?? true;
  };
}

const withFolders = (path: string): string[] => (path === '.' ? [] : [path, ...withFolders(dirname(path))]);
