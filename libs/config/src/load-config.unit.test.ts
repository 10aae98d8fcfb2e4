import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { commonConfig, waitingConfig } from './app-config.ts';
import { configTable } from './config-table.ts';
import { ConfigError, loadConfig } from './load-config.ts';
import { Choice, Duration, ExactInstant, HttpUrl, Secret, Zone } from './settings.ts';

const schema = Type.Object({
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'Port | of the API.' }),
  RATE: Type.Number({ default: 1.5 }),
  DEBUG: Type.Boolean({ default: false }),
  WAIT: Duration({ default: 900_000, minimum: 1_000, description: 'How long.' }),
  MODE: Choice(['auto', 'plugin'], { default: 'auto' }),
  URL: Type.Optional(HttpUrl({})),
  TOKEN: Secret({ description: 'Of the provider.' }),
  NAME: Type.Optional(Type.String({ maxLength: 10 })),
});

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe('loadConfig', () => {
  it('uses defaults for what is not set, and leaves out what has none', () => {
    expect(loadConfig(schema, { TOKEN: 'x' })).toEqual({
      PORT: 8080,
      RATE: 1.5,
      DEBUG: false,
      WAIT: 900_000,
      MODE: 'auto',
      TOKEN: 'x',
    });
  });

  it('turns text into numbers, booleans and ms', () => {
    const config = loadConfig(schema, {
      PORT: ' 9000 ',
      RATE: '-0.5',
      DEBUG: 'true',
      WAIT: 'PT1H30M',
      MODE: 'plugin',
      URL: 'https://herald.example/api',
      TOKEN: '12345',
    });
    expect(config).toMatchObject({ PORT: 9000, RATE: -0.5, DEBUG: true, WAIT: 5_400_000, MODE: 'plugin' });
    expect(config.URL).toBe('https://herald.example/api');
    expect(config.TOKEN).toBe('12345');
  });

  it('counts an empty variable as not set', () => {
    expect(loadConfig(schema, { PORT: '', NAME: '  ', TOKEN: 'x' })).not.toHaveProperty('NAME');
    expect(faultsOf({ TOKEN: '' })).toEqual(['TOKEN is not set; expected a text']);
  });

  it('names every fault at once, each with what was expected', () => {
    expect(
      faultsOf({
        PORT: '70000',
        RATE: 'fast',
        DEBUG: 'yes',
        WAIT: 'P1M',
        MODE: 'manual',
        URL: 'herald.example/',
        NAME: 'far too long a name',
      }),
    ).toEqual([
      'PORT is "70000"; expected a whole number from 0 to 65535',
      'RATE is "fast"; expected a number',
      'DEBUG is "yes"; expected true or false',
      'WAIT is "P1M"; expected an ISO 8601 duration such as PT15M or a number of seconds, at least PT1S',
      'MODE is "manual"; expected one of auto, plugin',
      'URL is "herald.example/"; expected an http or https address without a trailing slash, such as ' +
        'https://herald.example',
      'TOKEN is not set; expected a text',
      'NAME is "far too long a name"; expected a text',
    ]);
  });

  it.each(['1.5', '1e3', '0x10', '', ' ', '-1', '8080abc'])('refuses %j as a port', (PORT) => {
    const faults = faultsOf({ TOKEN: 'x', PORT });
    expect(faults).toHaveLength(PORT.trim() === '' ? 0 : 1);
  });

  it('says what is wrong with a zone and an instant, and what to write', () => {
    const schema = Type.Object({ ZONE: Zone({ default: 'UTC' }), START: Type.Optional(ExactInstant({})) });
    expect(loadConfig(schema, { ZONE: 'US/Pacific', START: '2026-01-31T09:30Z' })).toEqual({
      ZONE: 'US/Pacific',
      START: '2026-01-31T09:30Z',
    });
    const attempt = () => loadConfig(schema, { ZONE: 'PST', START: '2026-01-31T09:30' });
    expect(attempt).toThrow('ZONE is "PST"; expected an IANA time zone such as Europe/Paris');
    expect(attempt).toThrow('write America/Los_Angeles or Asia/Manila');
    expect(attempt).toThrow(/START is "2026-01-31T09:30"; expected a date and time with an offset/);
  });

  it('never shows the value of a secret, nor a password in the value of another', () => {
    const strict = Type.Object({ TOKEN: Secret({ minLength: 40 }), AMQP: HttpUrl({}) });
    const attempt = () => loadConfig(strict, { TOKEN: 'hunter2', AMQP: 'amqp://me:hunter3@broker' });
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(/TOKEN is not right \(its value is not shown\); expected a text of at least 40/);
    expect(attempt).not.toThrow(/hunter/);
  });

  it('is frozen', () => {
    expect(Object.isFrozen(loadConfig(schema, { TOKEN: 'x' }))).toBe(true);
  });

  it('has usable defaults for all that every app shares', () => {
    const config = loadConfig(Type.Object({ ...commonConfig, ...waitingConfig }), {});
    expect(config).toMatchObject({ HOST: '127.0.0.1', PORT: 8080, ADMIN_PORT: 9090, DELAY_HORIZON: 900_000 });
  });
});

describe('configTable', () => {
  it('has a row for each setting in the order of the schema', () => {
    expect(configTable(schema).split('\n').slice(0, 6)).toEqual([
      '| variable | default | meaning |',
      '|---|---|---|',
      '| `PORT` | `8080` | Port \\| of the API. |',
      '| `RATE` | `1.5` |  |',
      '| `DEBUG` | `false` |  |',
      '| `WAIT` | `PT15M` | How long. |',
    ]);
    expect(configTable(schema)).toContain('| `TOKEN` | **required** | Of the provider. |');
  });

  it('describes each setting that every app shares', () => {
    expect(configTable(Type.Object({ ...commonConfig, ...waitingConfig }))).not.toMatch(/\| {2}\|$/m);
  });
});
