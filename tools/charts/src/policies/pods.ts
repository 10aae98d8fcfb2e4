import type { Container, Labelled, Manifest, PodSpec } from '../manifests.ts';

/** The pod that an object creates, or is. */
export interface Pod {
  readonly of: Manifest;
  readonly metadata: Labelled;
  readonly spec: PodSpec;
}

export function podsOf(manifests: readonly Manifest[]): Pod[] {
  return manifests.flatMap((of): Pod[] => {
    const { spec, metadata, kind } = of;
    if (kind === 'Pod' && spec?.containers !== undefined) {
      return [{ of, metadata, spec: { ...spec, containers: spec.containers } }];
    }
    if (spec?.template === undefined) return [];
    return [{ of, metadata: spec.template.metadata ?? {}, spec: spec.template.spec }];
  });
}

export const containersOf = ({ spec }: Pod): Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

/** Whether a pod has all labels of a selector. */
export const selects = (
  selector: Readonly<Record<string, unknown>> | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean => Object.entries(selector ?? {}).every(([name, value]) => labels?.[name] === value);
