/** Dashboards and rules, written once here and into the charts: nothing is written five times. */
export { catalogue, declarations } from './declarations.ts';
export { dashboards, files } from './files.ts';
export { casesOf } from './rule-tests/index.ts';
export { alertsOf, type Chart, SERVICES } from './rules/index.ts';
