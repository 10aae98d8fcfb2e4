import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@herald/harness';
import { expect, it } from 'vitest';
import { text } from './files.ts';

/**
 * What BuildKit, kaniko and the buildah of Debian 12 (1.28) all read. buildah refuses `COPY --link`
 * ("COPY only supports the --chmod --chown --from flags"), here-documents and `RUN --security`; kaniko does
 * nothing for `RUN --mount`; a `# syntax=` line needs a download that only BuildKit makes.
 */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  FROM: ['--platform'],
  COPY: ['--from', '--chown'],
  RUN: [],
  ARG: [],
  ENV: [],
  LABEL: [],
  WORKDIR: [],
  USER: [],
  EXPOSE: [],
  VOLUME: [],
  CMD: [],
};

/** What other builders do not read, in the Dockerfile's own words. */
function faultsOf(dockerfile: string): string[] {
  const lines = dockerfile.replaceAll(/\\\n\s*/g, '').split('\n');
  return lines.flatMap((line) => {
    if (/^#\s*(syntax|check|escape)\s*=/.test(line)) return [line];
    if (line.startsWith('#') || line.trim() === '') return [];
    const [name = '', ...words] = line.split(/\s+/);
    const flags = KNOWN[name];
    if (flags === undefined) return [name];
    const given = words.slice(
      0,
      words.findIndex((word) => !word.startsWith('--')),
    );
    const unknown = given.filter((word) => !flags.includes(word.split('=')[0] ?? ''));
    return [...unknown, ...words.filter((word) => word.startsWith('<<'))].map((word) => `${name} ${word}`);
  });
}

it('the Dockerfile has only what BuildKit, buildah and kaniko read alike', () => {
  expect(faultsOf(text('Dockerfile'))).toEqual([]);
});

it('each app has an image, which `make images` and CI build', () => {
  const apps = readdirSync(join(root, 'apps')).sort();
  const targets = text('Dockerfile').match(/(?<=^FROM runtime AS )\S+/gm) ?? [];
  expect(targets.filter((name) => !name.endsWith('-dev')).sort()).toEqual(apps);
  const makefile = text('Makefile');
  const [, services = ''] = /^SERVICES := (.*)$/m.exec(makefile) ?? [];
  const [, images = ''] = /^IMAGES\s+:= \$\(SERVICES\) (.*)$/m.exec(makefile) ?? [];
  expect(`${services} ${images}`.split(' ').sort()).toEqual(apps);
  const [, matrix = ''] = /^ {8}app: \[(.*)\]$/m.exec(text('.github/workflows/ci.yml')) ?? [];
  expect(matrix.split(', ').sort()).toEqual(apps);
});

it.each([
  ['FROM a AS b\nCOPY --link --from=c /d /d', ['COPY --link']],
  ['FROM a AS b\nRUN --mount=type=cache,target=/c \\\n  make', ['RUN --mount=type=cache,target=/c']],
  ['# syntax=docker/dockerfile:1\nFROM a AS b', ['# syntax=docker/dockerfile:1']],
  ['FROM a AS b\nRUN <<END\ntrue\nEND', ['RUN <<END', 'true', 'END']],
  ['FROM a AS b\nHEALTHCHECK CMD true', ['HEALTHCHECK']],
])('%j is found', (dockerfile, faults) => {
  expect(faultsOf(dockerfile)).toEqual(faults);
});
