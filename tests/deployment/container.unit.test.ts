import { expect, it } from 'vitest';
import { exists, text } from './files.ts';

interface Container {
  readonly command: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string }[];
  readonly mountPoints: readonly { readonly containerPath: string }[];
  readonly portMappings: readonly { readonly containerPort: number }[];
  readonly stopTimeout: number;
  readonly healthCheck: { readonly command: readonly string[] };
}

const page = text('docs/container.md');
const [, json = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
const [container]: Container[] = JSON.parse(json).containerDefinitions;
if (container === undefined) throw new Error('the page has no container');
const configuration = text('docs/configuration.md');
const knows = (name: string): boolean => configuration.includes(`| \`${name}\` |`);
const values = new Map(container.environment.map(({ name, value }) => [name, value]));
const names = [...values.keys(), ...container.secrets.map(({ name }) => name)];
/** What the command reads and does not pass on. */
const FOR_COMMAND = ['API_KEYS', 'LINK_SECRET', 'ENCRYPTION_KEY'];

it('the task on the page has every setting that managed services need, and none that is unknown', () => {
  for (const name of ['MONGODB_URI', 'AMQP_URL', 'API_KEYS_FILE', 'SECRETS_DIR', 'PUBLIC_URL', 'SENDER'])
    expect(names).toContain(name);
  expect(names.filter((name) => !knows(name) && name !== 'NODE_OPTIONS')).toEqual(FOR_COMMAND);
});

it('its command writes keys and secrets where the settings say, in the volume, and starts what the image starts', () => {
  const [, , script = ''] = container.command;
  expect(container.mountPoints.map(({ containerPath }) => containerPath)).toEqual(['/data']);
  expect(text('Dockerfile')).toContain('VOLUME /data');
  expect(script).toContain(`"$API_KEYS" >${values.get('API_KEYS_FILE')};`);
  expect(script).toContain(`"$LINK_SECRET" >${values.get('SECRETS_DIR')}/link-secret;`);
  expect(script).toContain(`"$ENCRYPTION_KEY" >${values.get('SECRETS_DIR')}/encryption-key;`);
  const [, command = ''] = /AS all-in-one\n.*?CMD (\[.*?\])/s.exec(text('Dockerfile')) ?? [];
  expect(script.endsWith(`unset ${FOR_COMMAND.join(' ')}; exec ${JSON.parse(command).join(' ')}`)).toBe(true);
});

it('it has more time to end than its shutdown, and is replaced by its liveness alone', () => {
  expect(container.stopTimeout).toBeGreaterThan(Number(values.get('SHUTDOWN_TIMEOUT')?.slice(2, -1)));
  expect(container.healthCheck.command.join(' ')).toContain('http://127.0.0.1:9090/livez');
  expect(container.portMappings.map(({ containerPort }) => containerPort)).toEqual([8080, 9090]);
});

it('the page names settings and files that exist', () => {
  const settings = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name = '']) => name);
  expect(settings.length).toBeGreaterThan(5);
  expect(settings.filter((name) => !knows(name))).toEqual([]);
  const programs = page.match(/\bapps\/[\w./-]+\.ts/g) ?? [];
  expect(programs.filter((path) => !exists(path))).toEqual([]);
});
