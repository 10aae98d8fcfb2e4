import { SERVICES } from '@herald/harness';
import { describe, expect, it } from 'vitest';
import { exists, text, yaml } from './files.ts';

interface Patch {
  readonly path: string;
  readonly value: string | readonly string[] | { readonly manual: unknown };
}

interface Kustomized {
  readonly manifests: { readonly kustomize: { readonly paths: readonly string[] } };
}

interface Module {
  readonly metadata: { readonly name: string };
  readonly build: {
    readonly tagPolicy: { readonly gitCommit: { readonly prefix: string } };
    readonly artifacts: readonly object[];
  };
  readonly deploy: {
    readonly helm: {
      readonly releases: readonly {
        readonly valuesFiles: readonly string[];
        readonly setValues: Readonly<Record<string, string>>;
        readonly setValueTemplates: Readonly<Record<string, string>>;
      }[];
    };
  };
  readonly profiles: readonly { readonly name: string; readonly patches: readonly Patch[] }[];
}

const [dependencies] = yaml<Kustomized & { metadata: Module['metadata']; profiles: Kustomized[] }>(
  'skaffold.yaml',
);
const services = yaml<Module>('skaffold.yaml').slice(1);
const targets = new Set(text('Dockerfile').match(/(?<= AS )\S+/g));

it('there is a module for what the services need, and one for each of them', () => {
  expect(dependencies?.metadata.name).toBe('dependencies');
  expect(services.map(({ metadata }) => metadata.name).sort()).toEqual([...SERVICES].sort());
});

it('names folders that exist', () => {
  if (dependencies === undefined) throw new Error('there is none');
  for (const { manifests } of [dependencies, ...dependencies.profiles]) {
    for (const path of manifests.kustomize.paths)
      expect(exists(`${path}/kustomization.yaml`), path).toBe(true);
  }
});

describe.each(services)('the module $metadata.name', (config) => {
  const { name } = config.metadata;
  const [artifact] = config.build.artifacts;
  const [release] = config.deploy.helm.releases;

  it('builds the image of its service, and another one for development', () => {
    expect(artifact).toMatchObject({ image: name, docker: { target: name } });
    expect(targets).toContain(name);
    expect(targets).toContain(patch('dev', '/build/artifacts/0/docker/target'));
  });

  it('installs the chart with this image and without the other services', () => {
    const image = name.replaceAll('-', '_');
    expect(release?.setValueTemplates).toEqual({
      [`${name}.image.repository`]: `{{.IMAGE_REPO_${image}}}`,
      [`${name}.image.tag`]: `{{.IMAGE_TAG_${image}}}@{{.IMAGE_DIGEST_${image}}}`,
    });
    for (const other of SERVICES)
      expect(release?.setValues[`${other}.enabled`]).toBe(other === name ? undefined : 'false');
    // A tag of digits alone would be a number, which the chart refuses.
    expect(config.build.tagPolicy.gitCommit.prefix).toMatch(/^[a-z]/);
  });

  it('takes files of values that exist, in each environment', () => {
    const given = ['staging', 'production'].map((env) => patch(env, '/deploy/helm/releases/0/valuesFiles'));
    for (const path of [...(release?.valuesFiles ?? []), ...given.flat()]) {
      expect(exists(String(path)), String(path)).toBe(true);
    }
  });

  it('syncs its own sources and those of libraries to their place in the image', () => {
    const workdir = /^WORKDIR (\S+)$/m.exec(text('Dockerfile'))?.[1];
    const manual = [
      { src: `apps/${name}/src/**/*.ts`, dest: workdir },
      { src: 'libs/*/src/**/*.ts', dest: workdir },
    ];
    expect(patch('dev', '/build/artifacts/0/sync')).toEqual({ manual });
    expect(
      patch('dev', `/deploy/helm/releases/0/setValues/${name}.securityContext.readOnlyRootFilesystem`),
    ).toBe('false');
  });

  function patch(profile: string, path: string): Patch['value'] | undefined {
    const found = config.profiles.find((one) => one.name === profile);
    return found?.patches.find((one) => one.path === path)?.value;
  }
});
