import { layOut, type Row } from './panel.ts';
import { DATASOURCE } from './variable.ts';

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** The service that it opens with. Absent: all. */
  readonly service?: string;
  readonly rows: readonly Row[];
}

/** The version of Grafana's dashboard model. Later versions of Grafana read it too. */
const SCHEMA_VERSION = 42;

/** The file that Grafana imports. */
export const dashboardFile = ({ uid, title, description, service, rows }: Dashboard): string =>
  `${JSON.stringify(
    {
      uid,
      title,
      description,
      schemaVersion: SCHEMA_VERSION,
      version: 1,
      editable: true,
      tags: ['herald'],
      timezone: 'browser',
      refresh: '30s',
      graphTooltip: 1,
      time: { from: 'now-3h', to: 'now' },
      templating: { list: variables(service) },
      annotations: { list: [releases()] },
      links: [
        {
          type: 'dashboards',
          title: 'Herald',
          tags: ['herald'],
          asDropdown: true,
          includeVars: true,
          keepTime: true,
          icon: 'external link',
          tooltip: '',
          targetBlank: false,
        },
      ],
      panels: layOut(rows),
    },
    null,
    2,
  )}\n`;

/** Marks the start of each new version. */
const releases = (): object => ({
  name: 'Releases',
  datasource: DATASOURCE,
  enable: true,
  iconColor: 'blue',
  expr:
    'count by (service_name, version) ' +
    '(herald_build_info{namespace=~"$namespace",service_name=~"$service"}) unless count by ' +
    '(service_name, version) (herald_build_info{namespace=~"$namespace",service_name=~"$service"} offset ' +
    '2m)',
  titleFormat: '{{service_name}} {{version}}',
});

function variables(service: string | undefined): object[] {
  const all = { text: 'All', value: '$__all' };
  const query = (name: string, label: string, text: string, current: object) => ({
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: { query: text, refId: name },
    definition: text,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.+',
    current,
  });
  return [
    {
      name: 'datasource',
      label: 'Data source',
      type: 'datasource',
      query: 'prometheus',
      current: { text: 'default', value: 'default' },
    },
    query('namespace', 'Namespace', 'label_values(herald_build_info, namespace)', all),
    query(
      'service',
      'Service',
      'label_values(herald_build_info{namespace=~"$namespace"}, service_name)',
      service === undefined ? all : { text: [service], value: [service] },
    ),
    {
      name: 'runbooks',
      label: 'Runbooks are at',
      type: 'textbox',
      query: 'docs/runbooks/',
      current: { text: 'docs/runbooks/', value: 'docs/runbooks/' },
    },
  ];
}
