import { randomBytes } from 'node:crypto';
import { collections } from '@herald/contracts';
import { createLog } from '@herald/log';
import { createWorkspaceSecrets } from '@herald/secrets';
import { expect, onTestFinished, test } from 'vitest';
import { newDir, type Stage, type StageOptions, setStage } from '../testing/stage.ts';
import { MAX_SECRETS } from './keep-secrets.ts';

const newKey = () => randomBytes(32).toString('base64');
const withKeys = (keys: string | undefined, mounted: Record<string, string> = {}): StageOptions => ({
  secrets: {
    read: (workspace, name) => mounted[`${workspace}.${name}`],
    installation: (name) => (name === 'encryption-key' ? keys : undefined),
  },
});

/** The secrets as another process has them. */
async function elsewhere(stage: Stage, keys: string) {
  const secrets = createWorkspaceSecrets({
    store: stage.store,
    broker: stage.broker,
    log: createLog({ service: 'test', level: 'silent' }),
    files: { read: () => undefined, installation: () => keys },
  });
  await secrets.start();
  onTestFinished(() => secrets.stop());
  return secrets;
}

const path = '/v1/settings/secrets/smtp';

test('a secret is written, used everywhere at once, replaced, and never shown', async () => {
  const keys = newKey();
  const stage = await setStage(withKeys(keys));
  const other = await elsewhere(stage, keys);
  const written = await stage.call('PUT', path, { value: 'first word' });
  expect(written).toMatchObject({ status: 201, body: { name: 'smtp' } });
  await expect.poll(() => other.read('acme', 'smtp')).toBe('first word');
  const again = await stage.call('PUT', path, { value: 'second word' });
  expect(again.status).toBe(200);
  await expect.poll(() => other.read('acme', 'smtp')).toBe('second word');
  expect(other.read('globex', 'smtp')).toBeUndefined();

  const listed = await stage.call('GET', '/v1/settings/secrets');
  expect(listed.body.items).toEqual([{ name: 'smtp', changedAt: expect.any(String) }]);
  expect((await stage.call('GET', '/v1/settings/secrets', undefined, 'globex')).body.items).toEqual([]);
  const stored = await stage.store.collection(collections.secrets).get('acme', 'smtp');
  expect(JSON.stringify([written, again, listed, stored])).not.toMatch(/ word|ZmlycyB3|c2Vjb25kI/);
});

test('a secret copied into another workspace, or under another name, is none there', async () => {
  const keys = newKey();
  const stage = await setStage(withKeys(keys));
  await stage.call('PUT', path, { value: 'word' });
  const secrets = stage.store.collection(collections.secrets);
  const stored = await secrets.get('acme', 'smtp');
  if (stored === undefined) throw new Error('not stored');
  const copies = [
    { ...stored, workspace: 'globex' },
    { ...stored, id: 'other' },
  ];
  await secrets.write(copies.map((doc) => ({ doc, ifVersion: null })));
  const other = await elsewhere(stage, keys);
  expect(other.read('acme', 'smtp')).toBe('word');
  expect(other.read('globex', 'smtp')).toBeUndefined();
  expect(other.read('acme', 'other')).toBeUndefined();
});

test('after the encryption key was rotated, the former one is needed no longer', async () => {
  const [former, next] = [newKey(), newKey()];
  const dir = await newDir();
  const before = await setStage({ ...withKeys(former), dir, keep: true });
  await before.call('PUT', path, { value: 'word' });
  await before.close();
  const stage = await setStage({ ...withKeys(`${next}\n${former}`), dir });
  expect((await elsewhere(stage, former)).read('acme', 'smtp')).toBeUndefined();
  expect((await elsewhere(stage, next)).read('acme', 'smtp')).toBe('word');
});

test('what cannot be kept is refused, with what to do', async () => {
  const stage = await setStage(withKeys(newKey(), { 'acme.mounted': 'x' }));
  const put = async (name: string, body: object) => {
    const { status, body: answer } = await stage.call('PUT', `/v1/settings/secrets/${name}`, body);
    return [status, answer.code, JSON.stringify(answer)];
  };
  expect(await put('mounted', { value: 'y' })).toEqual([409, 'secret_mounted', expect.anything()]);
  expect((await put('Not%20A%20Name', { value: 'y' }))[0]).toBe(400);
  const [status, , answer] = await put('smtp', { value: { word: 'pa55word' } });
  expect([status, answer]).toEqual([400, expect.not.stringContaining('pa55word')]);
  expect(await put('dkim', { value: '2026a._domainkey.acme.example\nno key' })).toEqual([
    422,
    'invalid_secret',
    expect.stringContaining('line 2'),
  ]);
  stage.scopes.current = ['settings:write', 'settings:read'];
  expect((await put('smtp', { value: 'y' }))[0]).toBe(403);

  const keyless = await setStage(withKeys(undefined));
  expect(await keyless.call('PUT', path, { value: 'y' })).toMatchObject({
    status: 409,
    body: { code: 'no_encryption_key', detail: expect.stringContaining('encryption-key in SECRETS_DIR') },
  });
});

test('a workspace has a limited number of secrets', async () => {
  const stage = await setStage(withKeys(newKey()));
  const secrets = stage.store.collection(collections.secrets);
  const doc = { workspace: 'acme', version: 1, keyId: 'k', sealed: 's', changedAt: 0 };
  const ids = Array.from({ length: MAX_SECRETS }, (_, n) => `s${n}`);
  await secrets.write(ids.map((id) => ({ doc: { ...doc, id }, ifVersion: null })));
  expect((await stage.call('PUT', path, { value: 'y' })).body.code).toBe('too_many_secrets');
  expect((await stage.call('PUT', path, { value: 'y' }, 'globex')).status).toBe(201);
});

test('a secret in use stays; one that nothing names goes', async () => {
  const stage = await setStage(withKeys(newKey()));
  await stage.call('PUT', path, { value: 'y' });
  await stage.call('PATCH', '/v1/settings', { senders: { webhook: { secret: 'smtp' } } });
  const sources = stage.store.collection(collections.sources);
  const source = {
    workspace: 'acme',
    id: 'shop',
    version: 1,
    changedAt: 0,
    map: { type: 'a', prospectId: 'b' },
  };
  await sources.write([
    { doc: { ...source, verify: { scheme: 'bearer', secret: 'smtp' } as const }, ifVersion: null },
  ]);
  const kept = await stage.call('DELETE', path);
  expect(kept).toMatchObject({ status: 409, body: { code: 'secret_in_use' } });
  expect(kept.body.errors.map((fault: { path: string }) => fault.path)).toEqual([
    '/senders/webhook/secret',
    '/sources/shop',
  ]);
  await stage.call('PATCH', '/v1/settings', { senders: null });
  await sources.remove('acme', 'shop');
  expect((await stage.call('DELETE', path, undefined, 'globex')).status).toBe(404);
  expect((await stage.call('DELETE', path)).status).toBe(204);
  expect((await stage.call('DELETE', path)).status).toBe(404);
});
