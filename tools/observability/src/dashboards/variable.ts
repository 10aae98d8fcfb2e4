/** The placeholder of a variable, `${name}`. */
export const variable = (name: string): string => ['$', '{', name, '}'].join('');

/** The data source that is chosen above the dashboard. */
export const DATASOURCE = { type: 'prometheus', uid: variable('datasource') };
