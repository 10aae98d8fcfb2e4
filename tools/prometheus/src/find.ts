import { findOrInstall, onPath, type Unavailable } from '@herald/debian';

/** Paths of the two programs. */
export interface Programs {
  readonly prometheus: string;
  readonly promtool: string;
}

/** Prometheus and promtool from the PATH; as root on Debian, from its package, which is installed and not started. Never rejects. */
export const findPrometheus = (): Promise<Programs | Unavailable> => findOrInstall('prometheus', programs);

async function programs(): Promise<Programs | undefined> {
  const [prometheus, promtool] = await Promise.all([onPath('prometheus'), onPath('promtool')]);
  return prometheus === undefined || promtool === undefined ? undefined : { prometheus, promtool };
}
