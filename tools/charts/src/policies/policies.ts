import { type Container, type Manifest, nameOf } from '../manifests.ts';
import { containersOf, type Pod, podsOf, selects } from './pods.ts';

/** A rule over everything that one chart renders. Returns a sentence for each breach. */
export type Policy = (manifests: readonly Manifest[]) => string[];

const ofKind = (manifests: readonly Manifest[], ...kinds: string[]): Manifest[] =>
  manifests.filter(({ kind }) => kinds.includes(kind));

const eachContainer =
  (fault: (container: Container, pod: Pod) => string | undefined): Policy =>
  (manifests) =>
    podsOf(manifests).flatMap((pod) =>
      containersOf(pod).flatMap((container) => {
        const found = fault(container, pod);
        return found === undefined ? [] : [`${nameOf(pod.of)}, container ${container.name}: ${found}`];
      }),
    );

const eachDeployment =
  (fault: (deployment: Manifest, manifests: readonly Manifest[]) => string | undefined): Policy =>
  (manifests) =>
    ofKind(manifests, 'Deployment').flatMap((deployment) => {
      const found = fault(deployment, manifests);
      return found === undefined ? [] : [`${nameOf(deployment)}: ${found}`];
    });

const SCALERS = ['HorizontalPodAutoscaler', 'ScaledObject'];

const noReplicasBesideScaler = eachDeployment((deployment, manifests) => {
  const scalers = ofKind(manifests, ...SCALERS).filter(
    ({ spec }) => spec?.scaleTargetRef?.name === deployment.metadata.name,
  );
  if (scalers.length > 1) return `${scalers.map(nameOf).join(' and ')} scale it both`;
  const counted = deployment.spec?.replicas !== undefined;
  if (scalers.length === 1 && counted) return 'has replicas beside a scaler';
  return scalers.length === 0 && !counted ? 'has neither replicas nor a scaler' : undefined;
});

const noNameTwice = eachContainer(({ env = [] }) => {
  const names = env.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return twice.length === 0 ? undefined : `the environment has ${twice.join(', ')} twice`;
});

/** `$(NAME)` reads only earlier variables; otherwise it stays unchanged. */
const referencesGoBack = eachContainer(({ env = [] }) => {
  const before = new Set<string>();
  for (const { name, value = '' } of env) {
    for (const [, used = ''] of value.matchAll(/\$\(([A-Z0-9_]+)\)/g)) {
      if (!before.has(used)) return `${name} uses ${used}, which does not stand before it`;
    }
    before.add(name);
  }
  return undefined;
});

/**
 * The standard `restricted`, plus a read-only root and a group that is not root's. No numeric user, because
 * some clusters assign their own.
 */
const restricted = eachContainer((container, pod) => {
  const context = container.securityContext ?? {};
  if (context.allowPrivilegeEscalation !== false) return 'may gain privileges';
  if (context.privileged === true) return 'is privileged';
  if (context.runAsNonRoot !== true) return 'may run as root';
  if (context.readOnlyRootFilesystem !== true) return 'may write to its root';
  if (context.seccompProfile?.type !== 'RuntimeDefault') return 'has no seccomp profile';
  if (!context.capabilities?.drop?.includes('ALL')) return 'keeps capabilities';
  if (context.capabilities.add !== undefined) return 'adds capabilities';
  const { runAsUser, runAsGroup, fsGroup } = pod.spec.securityContext ?? {};
  if (context.runAsGroup === undefined || context.runAsGroup === 0) return "runs in root's group";
  // containerd starts no pod with it: the kubelet takes a user from the image for containers alone.
  if (runAsGroup !== undefined) return 'has a group for its pod, without a user';
  if ([context.runAsUser, runAsUser, fsGroup].some((id) => id !== undefined)) return 'has a user by number';
  return undefined;
});

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const closedPods: Policy = (manifests) =>
  podsOf(manifests).flatMap(({ of, spec }) => {
    const faults: string[] = [];
    if (spec.automountServiceAccountToken !== false) faults.push('mounts a token of the Kubernetes API');
    if (spec.enableServiceLinks !== false)
      faults.push('has the addresses of all services in its environment');
    if (spec.hostNetwork || spec.hostPID || spec.hostIPC) faults.push("shares the host's namespaces");
    for (const volume of spec.volumes ?? []) {
      const type = Object.keys(volume).find((key) => key !== 'name') ?? '';
      if (!VOLUMES.includes(type)) faults.push(`has a volume of type ${type}`);
    }
    return faults.map((fault) => `${nameOf(of)}: ${fault}`);
  });

const requestsSet = eachContainer(({ resources, name }, { of }) => {
  const { cpu, memory } = resources?.requests ?? {};
  if (cpu === undefined || memory === undefined) return 'has no requests';
  if (resources?.limits?.cpu !== undefined) return 'has a limit of CPU';
  const added = of.kind === 'Deployment' && of.spec?.template?.spec.containers[0]?.name !== name;
  return resources?.limits?.memory === undefined && !added ? 'has no limit of memory' : undefined;
});

const serviceContainer = (deployment: Manifest): Container | undefined =>
  deployment.spec?.template?.spec.containers[0];

const healthOnAdminPort = eachDeployment((deployment) => {
  const { startupProbe, livenessProbe, readinessProbe, ports } = serviceContainer(deployment) ?? {};
  for (const [name, probe] of Object.entries({ startupProbe, livenessProbe, readinessProbe })) {
    if (probe?.httpGet !== undefined && probe.httpGet.port !== 'admin')
      return `${name} is not on the admin port`;
  }
  if (livenessProbe === undefined || readinessProbe === undefined) return 'lacks a probe';
  return ports?.some(({ name }) => name === 'admin') ? undefined : 'has no admin port';
});

const heapFitsLimit = eachDeployment((deployment) => {
  const { env = [], resources } = serviceContainer(deployment) ?? {};
  const heap = Number(
    /--max-old-space-size=(\d+)/.exec(env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '')?.[1],
  );
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(resources?.limits?.memory ?? '') ?? [];
  const limit = Number(number) * (unit === 'Gi' ? 1024 : 1);
  return heap > 0 && heap < limit * 0.96 ? undefined : `a heap of ${heap} MiB does not fit into ${limit} MiB`;
});

const selectorsHoldNameAndInstance: Policy = (manifests) =>
  manifests.flatMap((manifest) => {
    const { kind, spec } = manifest;
    const labels =
      kind === 'Service'
        ? spec?.selector
        : kind === 'NetworkPolicy'
          ? spec?.podSelector?.matchLabels
          : (spec?.selector as { matchLabels?: Record<string, string> } | undefined)?.matchLabels;
    if (labels === undefined) return [];
    const names = Object.keys(labels).sort().join(' ');
    return names === 'app.kubernetes.io/instance app.kubernetes.io/name'
      ? []
      : [`${nameOf(manifest)} selects by ${names}`];
  });

/**
 * Each Service and each Deployment selects the pods of one Deployment, and no pods of Jobs or tests.
 */
const servicesSelectOnlyTheirs: Policy = (manifests) =>
  ofKind(manifests, 'Service').flatMap((service) => {
    const pods = podsOf(manifests).filter(({ metadata }) => selects(service.spec?.selector, metadata.labels));
    const fits = pods.length === 1 && pods[0]?.of.kind === 'Deployment';
    return fits
      ? []
      : [`${nameOf(service)} has the pods of ${pods.map(({ of }) => nameOf(of)).join(', ') || 'nobody'}`];
  });

const nothingRoutesToAdmin: Policy = (manifests) => {
  const text = JSON.stringify(ofKind(manifests, 'Ingress', 'HTTPRoute').map(({ spec }) => spec));
  const ports = ofKind(manifests, 'Service').flatMap(({ spec }) => spec?.ports ?? []);
  const admin = ports.filter(({ name }) => name === 'admin').map(({ port }) => port);
  const routed =
    /"port":\{"name":"admin"\}/.test(text) ||
    admin.some((port) => new RegExp(`"(port|number)":${port}\\b`).test(text));
  const outside = ofKind(manifests, 'Service').filter(
    ({ spec }) => spec?.type !== 'ClusterIP' && spec?.ports?.some(({ name }) => name === 'admin'),
  );
  return [
    ...(routed ? ['a route leads to the admin port'] : []),
    ...outside.map((service) => `${nameOf(service)} shows the admin port outside`),
    ...['/metrics', '/livez', '/readyz']
      .filter((path) => text.includes(path))
      .map((path) => `a route names ${path}`),
  ];
};

const accountsMountNothing: Policy = (manifests) =>
  ofKind(manifests, 'ServiceAccount')
    .filter(({ automountServiceAccountToken }) => automountServiceAccountToken !== false)
    .map((account) => `${nameOf(account)} mounts a token`);

const SECRET_NAME = /(PASSWORD|TOKEN|API_KEY|SECRET|_URI|_URL)$/;

const noSecretRendered: Policy = (manifests) => [
  ...ofKind(manifests, 'Secret').map((secret) => `${nameOf(secret)} is rendered`),
  ...podsOf(manifests).flatMap((pod) =>
    containersOf(pod).flatMap(({ env = [] }) =>
      env
        .filter(({ name, value = '' }) => SECRET_NAME.test(name) && /:\/\/[^/$]*:[^/$]*@/.test(value))
        .map(({ name }) => `${nameOf(pod.of)}: ${name} holds a password`),
    ),
  ),
];

const graceOutlastsStop = eachDeployment((deployment) => {
  const pod = deployment.spec?.template?.spec;
  const { env = [], lifecycle } = serviceContainer(deployment) ?? {};
  const [, hours = 0, minutes = 0, seconds = 0] =
    /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(
      env.find(({ name }) => name === 'SHUTDOWN_TIMEOUT')?.value ?? '',
    ) ?? [];
  const stop =
    Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + (lifecycle?.preStop?.sleep?.seconds ?? 0);
  const grace = pod?.terminationGracePeriodSeconds ?? 30;
  return stop > 0 && grace > stop ? undefined : `a grace of ${grace} s for a stop of ${stop} s`;
});

const namesAreShort: Policy = (manifests) =>
  manifests
    .filter(({ metadata }) => metadata.name.length > 63)
    .map((manifest) => `${nameOf(manifest)} is too long a name`);

/** The rules for everything that the charts render, by name. */
export const policies: Readonly<Record<string, Policy>> = {
  'no replicas beside a scaler, and one scaler at most': noReplicasBesideScaler,
  'no variable stands twice in an environment': noNameTwice,
  'references in an environment go back': referencesGoBack,
  'every container is restricted': restricted,
  'pods see neither the API nor their host': closedPods,
  'every container has requests, and no limit of CPU': requestsSet,
  'health is asked on the admin port': healthOnAdminPort,
  'the heap fits into the limit of memory': heapFitsLimit,
  'selectors hold name and instance, nothing else': selectorsHoldNameAndInstance,
  'services have only the pods of their own Deployment': servicesSelectOnlyTheirs,
  'no route leads to the admin port': nothingRoutesToAdmin,
  'no account mounts its token': accountsMountNothing,
  'no secret is rendered': noSecretRendered,
  'the grace period outlasts the stop': graceOutlastsStop,
  'names fit into a label': namesAreShort,
};
