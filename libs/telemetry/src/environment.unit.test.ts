import { describe, expect, it } from 'vitest';
import { serviceName, TelemetryConfigError, traceSettings } from './environment.ts';

describe('what the environment asks for', () => {
  it.each([
    ['nothing', {}],
    ['an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
    [
      'no exporter, by name',
      { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' },
    ],
    ['a disabled SDK', { OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' }],
  ])('is no traces for %s', (_what, env) => {
    expect(traceSettings(env)).toBeUndefined();
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' }, 'otlp', 'http/protobuf'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://otel:4318/v1/traces' }, 'otlp', 'http/protobuf'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'console', 'http/protobuf'],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'otlp', 'http/json'],
    [
      {
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      },
      'otlp',
      'http/json',
    ],
  ])('is traces for %j', (env, exporter, protocol) => {
    expect(traceSettings(env)).toEqual({ exporter, protocol });
  });

  it.each([
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER is "zipkin"; expected otlp or console'],
    [
      { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; expected http/protobuf or http/json',
    ],
  ])('is refused with the variable and what is expected for %j', (env, message) => {
    expect(() => traceSettings(env)).toThrow(new TelemetryConfigError(message));
  });
});

describe('the name of the service', () => {
  it.each([
    ['/herald/apps/ingest/src/main.ts', 'ingest'],
    ['C:\\herald\\apps\\campaign-runner\\src\\main.ts', 'campaign-runner'],
    ['/elsewhere/main.ts', undefined],
    [undefined, undefined],
  ])('of %s is %s', (main, name) => {
    expect(serviceName({}, main)).toBe(name);
  });

  it.each([{ OTEL_SERVICE_NAME: 'mine' }, { OTEL_RESOURCE_ATTRIBUTES: 'a=b, service.name=mine' }])(
    'is left to %j',
    (env) => {
      expect(serviceName(env, '/herald/apps/ingest/src/main.ts')).toBeUndefined();
    },
  );
});
