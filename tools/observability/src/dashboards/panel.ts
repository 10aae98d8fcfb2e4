import { DATASOURCE, variable } from './variable.ts';

/** Grafana's name of a unit. */
type Unit = 's' | 'ops' | 'reqps' | 'short' | 'percentunit' | 'bytes' | 'none' | 'bool_on_off' | 'cores';

interface Query {
  readonly expr: string;
  /** The name of a line: `{{queue}}`. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it shows, and what to look for in it. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Default: `timeseries`. */
  readonly kind?: 'timeseries' | 'stat' | 'table';
  /** Columns of 24. Default: 8. */
  readonly width?: number;
  /** The alert whose runbook says what to do. */
  readonly alert?: string;
  /** Values from which it deserves a look, and from which it is bad. */
  readonly thresholds?: { readonly warn: number; readonly bad: number };
}

/** Panels under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const HEIGHT = { timeseries: 8, stat: 4, table: 8 } as const;
const COLUMNS = 24;

/** The panels in Grafana's layout: from left to right, each row under its heading. */
export function layOut(rows: readonly Row[]): object[] {
  const laid: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    laid.push({
      id: laid.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
    });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const panel of panels) {
      const { kind = 'timeseries', width = 8 } = panel;
      if (x + width > COLUMNS) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      const gridPos = { h: HEIGHT[kind], w: width, x, y };
      laid.push({ id: laid.length + 1, ...body(panel), gridPos });
      x += width;
      tallest = Math.max(tallest, HEIGHT[kind]);
    }
    y += tallest;
  }
  return laid;
}

function body({ title, description, unit, queries, kind = 'timeseries', alert, thresholds }: Panel): object {
  const steps = [
    { color: 'green', value: null },
    ...(thresholds === undefined
      ? []
      : [
          { color: 'orange', value: thresholds.warn },
          { color: 'red', value: thresholds.bad },
        ]),
  ];
  const instant = kind !== 'timeseries';
  return {
    type: kind,
    title,
    description,
    datasource: DATASOURCE,
    targets: queries.map(({ expr, legend }, n) => ({
      refId: String.fromCharCode(65 + n),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      instant,
      range: !instant,
      exemplar: instant ? undefined : true,
      format: kind === 'table' ? 'table' : undefined,
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: 'absolute', steps },
        ...(kind === 'timeseries'
          ? {
              color: { mode: 'palette-classic' },
              custom: {
                drawStyle: 'line',
                lineWidth: 1,
                fillOpacity: 10,
                showPoints: 'never',
                thresholdsStyle: thresholds && { mode: 'dashed' },
              },
            }
          : { color: { mode: 'thresholds' } }),
      },
      overrides: [],
    },
    options: optionsOf(kind, queries.length > 1 || queries.some(({ legend }) => legend.includes('{{'))),
    links:
      alert === undefined
        ? []
        : [
            {
              title: `Runbook: ${alert}`,
              url: `${variable('runbooks')}${alert}.md`,
              type: 'link',
              icon: 'doc',
              tooltip: '',
              tags: [],
              asDropdown: false,
              targetBlank: true,
              includeVars: false,
              keepTime: false,
            },
          ],
  };
}

function optionsOf(kind: 'timeseries' | 'stat' | 'table', hasNames: boolean): object {
  if (kind === 'timeseries')
    return {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    };
  if (kind === 'stat')
    return {
      colorMode: 'value',
      graphMode: 'area',
      justifyMode: 'auto',
      orientation: 'auto',
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: 'standard',
      textMode: hasNames ? 'value_and_name' : 'value',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    };
  return { showHeader: true, frameIndex: 0 };
}
