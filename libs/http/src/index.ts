/** The HTTP API: server, API keys, JSON bodies, pages, problems. */
export { type ApiKeys, allows, type Principal, SCOPES, type Scope } from './api-keys/api-keys.ts';
export { hashApiKey, loadApiKeys } from './api-keys/load-api-keys.ts';
export { ApiKeyFileError } from './api-keys/parse-key-file.ts';
export { guardOutages } from './guard-outages.ts';
export { createHttp, type Http, type HttpOptions } from './http.ts';
export { parseJson } from './json/parse-json.ts';
export { PageQuery, ProblemBody, pageOf, problemResponses, textResponse } from './pages.ts';
export { pointer } from './problem/pointer.ts';
export { type Fault, Problem, type ProblemOptions } from './problem/problem.ts';
