import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceOf, startHerald, writeCredentials } from '@herald/harness';
import * as Schema from 'typebox/schema';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  documentsOfServices,
  examplesOf,
  isRouted,
  type OpenApi,
  type Operation,
  operationsOf,
} from './testing/documents.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'herald-documents-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;

/** Paths that must not be exposed, though services document them: those for administration. */
const ADMINISTERS = /^\/v1\/(sources|dead-letters)/;

describe('the documents of the services', () => {
  it('have operations that charts and gateway route to the service that documents them', async () => {
    const documents = await documentsOfServices(scratch());
    const led = [...documents].flatMap(([service, operations]) =>
      operations.map((operation) => {
        const { method, path } = operation;
        const charts = [...documents.keys()].filter((name) => isRouted(name, method, path));
        return { operation: nameOf(operation), service, gateway: serviceOf(method, path), charts };
      }),
    );
    expect(led.length).toBeGreaterThan(40);
    expect(led).toEqual(
      led.map(({ operation, service }) => {
        const isInner = ADMINISTERS.test(operation.split(' ')[1] ?? '');
        return { operation, service, gateway: service, charts: isInner ? [] : [service] };
      }),
    );
  });
});

/** Operations that create something come before those that need it. */
const ORDER = ['/v1/settings', '/v1/templates/{id}', '/v1/campaigns/{id}', '/v1/sources/{id}'];
const placeOf = ({ path, method }: Operation): number =>
  method === 'PUT' ? ORDER.indexOf(path) : ORDER.length;

/**
 * Operations whose examples name something that does not exist here: the answer is that of a valid request.
 */
const ELSE: Readonly<Record<string, number>> = {
  'POST /v1/messages/{id}/retry': 404,
  'POST /v1/messages/{id}/resolve': 404,
  'POST /u/{*}': 404,
  'POST /v1/settings/accounts/{name}/test': 404,
  // Whether a workspace has such an account is not for strangers to know.
  'POST /callbacks/sendgrid/{workspace}/{account}': 401,
  'POST /callbacks/twilio-status/{workspace}/{account}/{*}': 401,
  'POST /callbacks/twilio-inbound/{workspace}/{account}': 401,
  'POST /callbacks/sendgrid': 503,
  'POST /callbacks/twilio/{*}': 503,
  'POST /callbacks/twilio-inbound/{workspace}': 503,
};

/**
 * The request of an example: the first of a template is that of the campaign, the others are templates of
 * their own.
 */
function pathFor({ path, method }: Operation, index: number): string {
  const id = path.includes('sources') ? 'shop' : 'welcome';
  const own = method === 'PUT' && path.includes('templates') && index > 0 ? `${id}-${index}` : id;
  return path.replace(
    /\{(.*?)\}/g,
    (_, name) => ({ id: own, workspace: 'demo', source: 'shop' })[String(name)] ?? 'x',
  );
}

const textOf = (type: string, example: unknown): string => {
  if (type.endsWith('form-urlencoded'))
    return new URLSearchParams(example as Record<string, string>).toString();
  return type.endsWith('json') ? JSON.stringify(example) : String(example);
};

it('the document of all in one has summaries, answers and examples, which fit and are accepted', async () => {
  const directory = scratch();
  const { apiKey, env } = await writeCredentials(directory);
  const herald = startHerald(
    { ...env, CONSOLE_CHANNELS: 'email', DATA_DIR: join(directory, 'data'), PORT: '0', ADMIN_PORT: '0' },
    join(directory, 'log'),
  );
  onTestFinished(async () => void (await herald.stop()));
  const { http } = await herald.ready;
  const document = (await (await fetch(`${http}/openapi.json`)).json()) as OpenApi;
  const operations = operationsOf(document).sort((a, b) => placeOf(a) - placeOf(b));
  expect(operations.filter(({ summary }) => !summary).map(nameOf)).toEqual([]);
  const always = ['408', '431', '500', '503'];
  expect(operations.filter(({ responses }) => always.some((status) => !(status in responses)))).toEqual([]);
  const [answers, wanted]: [unknown[], unknown[]] = [[], []];
  for (const operation of operations) {
    const { method, bodies, responses } = operation;
    const name = nameOf(operation);
    for (const status of ['429', '503'])
      if (status in responses) expect(responses[status]?.headers, name).toHaveProperty('Retry-After');
    if (['PUT', 'PATCH'].includes(method)) expect(Object.keys(bodies), name).not.toEqual([]);
    for (const [type, media] of Object.entries(bodies)) {
      const examples = examplesOf(media);
      expect(examples.length, `${name}, ${type}: examples`).toBeGreaterThan(0);
      for (const [index, example] of examples.entries()) {
        const response = await fetch(`${http}${pathFor(operation, index)}`, {
          method,
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': type },
          body: textOf(type, example),
        });
        const answer = await response.text();
        const status = response.ok ? 'accepted' : response.status;
        const shown = status === 'accepted' ? '' : answer;
        const expected = ELSE[name] ?? 'accepted';
        const fits = Schema.Check(media.schema, example);
        answers.push({ name, type, index, fits, status, ...(status !== expected && { shown }) });
        wanted.push({ name, type, index, fits: true, status: expected });
      }
    }
  }
  expect(answers).toEqual(wanted);
});
