import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, createSecrets, type Secrets } from '@herald/config';
import { hashApiKey } from '@herald/http';
import { writeDurably } from './durable-file.ts';

/** The installation's secret that signs the links in messages. */
const LINK_SECRET = 'link-secret';
/** The key that seals the secrets of workspaces. */
const ENCRYPTION_KEY = 'encryption-key';

/**
 * The file of API keys: the configured one, else one in the data directory. If that does not exist yet, it is
 * made with one key that may do everything in the workspace `demo`, and `announce` gets that key: it is
 * stored nowhere and cannot be recovered.
 */
export function apiKeysFile(
  config: { readonly API_KEYS_FILE?: string; readonly DATA_DIR: string },
  announce: (key: string) => void,
): string {
  if (config.API_KEYS_FILE !== undefined) return config.API_KEYS_FILE;
  const file = join(config.DATA_DIR, 'api-keys.yaml');
  if (existsSync(file)) return file;
  const key = `herald_${randomBytes(24).toString('base64url')}`;
  writeDurably(
    file,
    [
      '# API keys. To make another: printf %s "$KEY" | sha256sum',
      'keys:',
      '  - id: demo',
      '    workspace: demo',
      '    scopes: ["*"]',
      `    sha256: "${hashApiKey(key)}"`,
      '',
    ].join('\n'),
  );
  announce(key);
  return file;
}

/**
 * The secrets, and the one that signs links. In the data directory that one, and the key that seals secrets
 * of workspaces, are generated if they do not exist. A configured directory must have the first, or this
 * throws a `ConfigError`: with another secret than before, all earlier links would be invalid.
 */
export function secretsOf(config: { readonly SECRETS_DIR?: string; readonly DATA_DIR: string }): {
  secrets: Secrets;
  linkSecret: string;
} {
  const dir = config.SECRETS_DIR ?? join(config.DATA_DIR, 'secrets');
  if (config.SECRETS_DIR === undefined)
    for (const name of [LINK_SECRET, ENCRYPTION_KEY]) {
      const file = join(dir, name);
      if (!existsSync(file)) writeDurably(file, `${randomBytes(32).toString('base64url')}\n`);
    }
  const secrets = createSecrets(dir);
  const linkSecret = secrets.installation(LINK_SECRET);
  if (linkSecret === undefined) {
    throw new ConfigError([
      `SECRETS_DIR has no secret in a file ${LINK_SECRET}; expected one with 32 random bytes as text`,
    ]);
  }
  return { secrets, linkSecret };
}
