import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { NAME_PATTERN, WORKSPACE_PATTERN } from '@herald/domain';

/** Secrets by name. Definitions hold names only, so no stored document and no answer contains a secret. */
export interface Secrets {
  /**
   * The secret that definitions of this workspace call `name`. Undefined if there is none, if it is empty, or
   * if the name is not valid.
   */
  read(workspace: string, name: string): string | undefined;
  /** A secret of the installation itself. No workspace can name it: the files of workspaces have a dot. */
  installation(name: string): string | undefined;
  /** The workspaces that have a secret of this name, in the order of their names. */
  workspacesWith(name: string): string[];
}

const NAME = new RegExp(NAME_PATTERN);
const WORKSPACE = new RegExp(WORKSPACE_PATTERN);
const MAX_BYTES = 64 * 1024;
/** ms until a changed secret is in use. */
const KEPT = 5_000;
const MAX_KEPT = 10_000;

/**
 * Secrets in files of `dir`: `<workspace>.<name>`, and `<name>` for the installation. One newline at the end
 * is not part of the secret. A link may point elsewhere in `dir`, because Kubernetes swaps mounted secrets
 * that way, but never out of it. A file that is over 64 KiB or cannot be read throws.
 */
export function createSecrets(dir: string): Secrets {
  const kept = new Map<string, { until: number; secret: string | undefined }>();

  const read = (file: string): string | undefined => {
    const now = performance.now();
    const known = kept.get(file);
    if (known !== undefined && known.until > now) return known.secret;
    // Names come from definitions, so their number is unbounded.
    if (kept.size >= MAX_KEPT) kept.clear();
    const secret = readSecret(dir, file);
    kept.set(file, { until: now + KEPT, secret });
    return secret;
  };

  return {
    read: (workspace, name) =>
      WORKSPACE.test(workspace) && NAME.test(name) ? read(`${workspace}.${name}`) : undefined,
    installation: (name) => (NAME.test(name) ? read(name) : undefined),
    workspacesWith: (name) =>
      (existsSync(dir) ? readdirSync(dir) : [])
        .filter((file) => file.endsWith(`.${name}`))
        .map((file) => file.slice(0, -name.length - 1))
        .filter((workspace) => WORKSPACE.test(workspace))
        .sort(),
  };
}

function readSecret(dir: string, file: string): string | undefined {
  const path = realPath(join(dir, file));
  if (path === undefined) return undefined;
  if (!path.startsWith(realpathSync(dir) + sep))
    throw new Error(`the secret ${file} is a link out of its directory`);
  const handle = openSync(path, 'r');
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) throw new Error(`the secret ${file} is not a file`);
    if (stat.size > MAX_BYTES) throw new Error(`the secret ${file} is over ${MAX_BYTES} bytes`);
    const secret = readFileSync(handle, 'utf8').replace(/\r?\n$/, '');
    return secret === '' ? undefined : secret;
  } finally {
    closeSync(handle);
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}
