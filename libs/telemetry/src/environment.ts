/** How traces are exported, from OpenTelemetry's standard variables. */
export interface TraceSettings {
  readonly exporter: 'otlp' | 'console';
  /** For `otlp`. */
  readonly protocol: 'http/protobuf' | 'http/json';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable with a value that is not supported. `message` names it, its value and what is expected. */
export class TelemetryConfigError extends Error {}

/**
 * What the environment asks for; undefined if it asks for no traces. Traces are on when
 * `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_TRACES_EXPORTER` is set, and
 * off when the last is `none` or `OTEL_SDK_DISABLED` is `true`. Throws a `TelemetryConfigError` for an
 * exporter or protocol that is not supported.
 */
export function traceSettings(env: Environment): TraceSettings | undefined {
  const asked = read(env, 'OTEL_TRACES_EXPORTER');
  const endpoint =
    read(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? read(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (read(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  if (asked === 'none' || (asked === undefined && endpoint === undefined)) return undefined;
  const exporter = oneOf('OTEL_TRACES_EXPORTER', asked ?? 'otlp', ['otlp', 'console']);
  const own = read(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL');
  const name = own === undefined ? 'OTEL_EXPORTER_OTLP_PROTOCOL' : 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
  const protocol = oneOf(name, read(env, name) ?? 'http/protobuf', ['http/protobuf', 'http/json']);
  return { exporter, protocol };
}

/**
 * The service's name if the environment has none (`OTEL_SERVICE_NAME`, or `service.name` in
 * `OTEL_RESOURCE_ATTRIBUTES`): that of the app whose file runs, as in its logs and metrics. Undefined for any
 * other file.
 */
export function serviceName(env: Environment, main: string | undefined): string | undefined {
  if (read(env, 'OTEL_SERVICE_NAME') !== undefined) return undefined;
  if (/(^|,)\s*service\.name\s*=/.test(env.OTEL_RESOURCE_ATTRIBUTES ?? '')) return undefined;
  return /apps\/([^/]+)\/src\/[^/]+$/.exec(main?.replaceAll('\\', '/') ?? '')?.[1];
}

/** OpenTelemetry treats an empty variable as not set. */
const read = (env: Environment, name: string): string | undefined => env[name]?.trim() || undefined;

function oneOf<const T extends string>(name: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value);
  if (choice === undefined)
    throw new TelemetryConfigError(`${name} is "${value}"; expected ${choices.join(' or ')}`);
  return choice;
}
