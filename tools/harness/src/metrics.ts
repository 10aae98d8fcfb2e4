/** One reading of a process's metrics (Prometheus text format). */
export interface Metrics {
  /** The sum over all series of a name that have these labels; 0 when there are none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** The values that a label has in the series of a name. */
  values(name: string, label: string): string[];
}

const SERIES = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

export function parseMetrics(text: string): Metrics {
  const series: { name: string; labels: Map<string, string>; value: number }[] = [];
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = SERIES.exec(line) ?? [];
    if (name === undefined) continue;
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, text] as const);
    series.push({ name, labels: new Map(pairs), value: Number(value) });
  }
  return {
    sum: (name, labels = {}) =>
      series
        .filter((one) => one.name === name)
        .filter((one) => Object.entries(labels).every(([key, value]) => one.labels.get(key) === value))
        .reduce((total, one) => total + one.value, 0),
    values: (name, label) => [
      ...new Set(series.filter((one) => one.name === name).map((one) => one.labels.get(label) ?? '')),
    ],
  };
}

/** Reads the metrics of one or more admin ports, as one. */
export async function readMetrics(...admins: readonly string[]): Promise<Metrics> {
  const texts = await Promise.all(
    admins.map(async (admin) => {
      const response = await fetch(`${admin}/metrics`, { signal: AbortSignal.timeout(10_000) });
      if (!response.ok) throw new Error(`GET ${admin}/metrics: ${response.status}`);
      return response.text();
    }),
  );
  return parseMetrics(texts.join('\n'));
}
