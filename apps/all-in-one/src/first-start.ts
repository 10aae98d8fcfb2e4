import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, createSecrets, type Secrets } from '@herald/config';
import { hashApiKey } from '@herald/http';
import { writeDurably } from './durable-file.ts';

/** The secret of the installation that signs the links in messages. */
const LINK_SECRET = 'link-secret';

/**
 * The file of API keys: the one that is configured, else one in the data directory. If that is not there yet,
 * it is made with one key that may do everything in the workspace `demo`, and `announce` gets that key: it is
 * kept nowhere and cannot be had again.
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
    `# API keys. To make another: printf %s "$KEY" | sha256sum\nkeys:\n  - id: demo\n    workspace: ` +
      `demo\n    scopes: ["*"]\n    sha256: "${hashApiKey(key)}"\n`,
  );
  announce(key);
  return file;
}

/**
 * The secrets, and the one that signs links. In the data directory that one is made if it is not there yet; a
 * directory that is configured must have it, or a `ConfigError` is thrown: links signed by another secret
 * than last time would all be dead.
 */
export function secretsOf(config: { readonly SECRETS_DIR?: string; readonly DATA_DIR: string }): {
  secrets: Secrets;
  linkSecret: string;
} {
  const dir = config.SECRETS_DIR ?? join(config.DATA_DIR, 'secrets');
  const file = join(dir, LINK_SECRET);
  if (config.SECRETS_DIR === undefined && !existsSync(file)) {
    writeDurably(file, `${randomBytes(32).toString('base64url')}\n`);
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
