import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import type { TestIngest } from './start-ingest.ts';

/** Writes a source of acme. */
export async function putSource(ingest: TestIngest, id: string, source: object): Promise<void> {
  const response = await ingest.app.inject({
    method: 'PUT',
    url: `/v1/sources/${id}`,
    headers: { authorization: 'Bearer acme-key' },
    payload: source,
  });
  expect(response.statusCode).toBeLessThan(300);
}

export interface HookOptions {
  readonly headers?: Record<string, string>;
  readonly workspace?: string;
  readonly query?: string;
}

/** Posts a webhook as JSON, unless the headers say otherwise. */
export const postHook = (
  { app }: TestIngest,
  source: string,
  payload: string | Buffer,
  { headers = {}, workspace = 'acme', query = '' }: HookOptions = {},
) =>
  app.inject({
    method: 'POST',
    url: `/hooks/${workspace}/${source}${query}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload,
  });

export const hmacHex = (body: string | Buffer, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('hex');
