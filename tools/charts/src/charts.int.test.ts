import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartsFolder } from './charts.ts';
import { readGolden, withoutFiles } from './golden.ts';
import { findHelm, type Helm } from './helm/find.ts';
import { createWorkspace, type Workspace } from './helm/workspace.ts';
import { type Manifest, nameOf, readManifests } from './manifests.ts';
import { cases } from './matrix.ts';
import { policies } from './policies/policies.ts';
import { createValidate, kubernetesVersions, type Validate } from './schemas/validate.ts';
import { generateValues } from './values/generate.ts';

const [helm4, helm3] = await Promise.all([findHelm(4), findHelm(3)]);
const required = process.env.REQUIRE_SERVICES === '1';
for (const found of [helm4, helm3]) {
  if (!('unavailable' in found)) continue;
  if (required) throw new Error(found.unavailable);
  process.stderr.write(`Skipped: ${found.unavailable}\n`);
}
const isThere = (found: typeof helm4): found is Helm => !('unavailable' in found);

describe.skipIf(!isThere(helm4))('the charts', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    if (isThere(helm4)) workspace = await createWorkspace(helm4);
  });
  afterAll(() => workspace?.remove());

  const validates: [string, Validate][] = kubernetesVersions.map((version) => [
    version,
    createValidate(version),
  ]);

  describe.each(cases)('$chart, $name', ({ chart, files, golden, name }) => {
    const rendered = new Map<Helm, string>();
    const renderedBy = async (helm: typeof helm4): Promise<string> => {
      if (!isThere(helm)) throw new Error(helm.unavailable);
      const known = rendered.get(helm);
      if (known !== undefined) return known;
      const { code, stdout, stderr } = await workspace.template(helm, chart, { files });
      expect(stderr.replaceAll(/^.*level=.*\n/gm, ''), 'what Helm says').toBe('');
      expect(code).toBe(0);
      rendered.set(helm, stdout);
      return stdout;
    };
    let read: Manifest[] | undefined;
    const manifests = async (): Promise<Manifest[]> => {
      read ??= readManifests(await renderedBy(helm4));
      return read;
    };

    it('passes lint', async () => {
      for (const helm of [helm4, helm3].filter(isThere)) {
        const { code, stdout, stderr } = await workspace.lint(helm, chart, { files });
        expect(code, `${helm.version}: ${stdout}${stderr}`).toBe(0);
      }
    });

    it.skipIf(!isThere(helm3))('renders to the same by Helm 3', async () => {
      expect(await renderedBy(helm3)).toBe(await renderedBy(helm4));
    });

    it('has only fields that Kubernetes and its extensions know', async () => {
      for (const [version, validate] of validates) {
        const faults = (await manifests()).flatMap((manifest) =>
          validate(manifest).map((fault) => `${version} ${nameOf(manifest)}: ${fault}`),
        );
        expect(faults).toEqual([]);
      }
    });

    it.each(Object.entries(policies))('%s', async (_, policy) => {
      expect(policy(await manifests())).toEqual([]);
    });

    it('has no object twice', async () => {
      const names = (await manifests()).map(
        (manifest) => `${manifest.metadata.namespace} ${nameOf(manifest)}`,
      );
      expect(names).toEqual([...new Set(names)]);
    });

    if (!golden) return;
    it('equals charts/golden (renew: make charts-golden)', async () => {
      expect(withoutFiles(await renderedBy(helm4)), name).toBe(
        await readGolden({ chart, files, golden, name }),
      );
    });
  });
});

describe('the values', async () => {
  it.each(await generateValues())(
    '$path is what its source says (renew: make charts-golden)',
    async ({ path, text }) => {
      expect(await readFile(join(chartsFolder, path), 'utf8')).toBe(text);
    },
  );
});
