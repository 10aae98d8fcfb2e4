import { Problem } from './problem/problem.ts';

/** A route as it was declared: `GET`, `/v1/campaigns/:id`. */
export interface RouteTemplate {
  readonly method: string;
  readonly url: string;
}

/** 405 with the allowed methods if the path exists, else 404. */
export function noSuchRoute(routes: readonly RouteTemplate[], method: string, url: string): Problem {
  const [path = '/'] = url.split('?', 1);
  const methods = new Set(routes.filter((route) => matches(route.url, path)).map((route) => route.method));
  if (methods.size === 0 || methods.has(method))
    return new Problem(404, 'not_found', 'There is nothing at this path.');
  const allow = [...methods].sort().join(', ');
  return new Problem(405, 'method_not_allowed', `This path takes ${allow}.`, { headers: { allow } });
}

function matches(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/');
  const fits = (part: string, index: number) => part.startsWith(':') || part === '*' || part === given[index];
  return (wanted.length === given.length || wanted.at(-1) === '*') && wanted.every(fits);
}
