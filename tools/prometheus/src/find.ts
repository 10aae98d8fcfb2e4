import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOrInstall, onPath, type Unavailable, unpackNewer } from '@herald/debian';

/** Paths of the two programs, and the version that they print. */
export interface Programs {
  readonly prometheus: string;
  readonly promtool: string;
  /** `2.42.0`. */
  readonly version: string;
}

/** The first major version that stores bounds of histograms as `10.0`; earlier ones store `10`. */
const NEWEST = 3;

/**
 * Every Prometheus that tests can run on: the one on the PATH or, as root on Debian, from its package
 * (installed, not started); and if that is older than 3, also the one of Debian's unstable release. Never
 * rejects: `unavailable` says why one is missing.
 */
export async function findPrometheuses(): Promise<readonly (Programs | Unavailable)[]> {
  const usual = await findOrInstall('prometheus', onThePath);
  if (!('unavailable' in usual) && Number.parseInt(usual.version, 10) >= NEWEST) return [usual];
  return [usual, await newest()];
}

async function onThePath(): Promise<Programs | undefined> {
  const [prometheus, promtool] = await Promise.all([onPath('prometheus'), onPath('promtool')]);
  if (prometheus === undefined || promtool === undefined) return undefined;
  return { prometheus, promtool, version: await versionOf(prometheus) };
}

async function newest(): Promise<Programs | Unavailable> {
  const unpacked = await unpackNewer('sid', ['prometheus', 'promtool']);
  if ('unavailable' in unpacked) return unpacked;
  const prometheus = join(unpacked.folder, 'usr/bin/prometheus');
  const promtool = join(unpacked.folder, 'usr/bin/promtool');
  try {
    await Promise.all([access(prometheus), access(promtool)]);
    return { prometheus, promtool, version: await versionOf(prometheus) };
  } catch {
    return { unavailable: 'the Prometheus of Debian sid does not run here' };
  }
}

async function versionOf(prometheus: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(prometheus, ['--version']);
  return /version (\d+\.\d+\.\d+)/.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown';
}
