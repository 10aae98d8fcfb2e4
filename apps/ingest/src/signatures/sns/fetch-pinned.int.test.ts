import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAllowedAddresses } from '@herald/outbound';
import { afterEach, describe, expect, it } from 'vitest';
import { createFetchPinned } from './fetch-pinned.ts';

const open: { close(): Promise<unknown> | unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(listener: RequestListener): Promise<{ url: URL; seen: () => number }> {
  let seen = 0;
  const server: Server = createServer((request, response) => {
    seen += 1;
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), seen: () => seen };
}

const client = (options: Parameters<typeof createFetchPinned>[0]) => {
  const made = createFetchPinned(options);
  open.unshift(made);
  return made.fetchPinned;
};
const loopback = { allowed: createAllowedAddresses(['127.0.0.1/32']) };

describe('a call to SNS', () => {
  it('gives status and text, and follows no redirect', async () => {
    const { url, seen } = await serve((_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end('moved');
    });
    expect(await client(loopback)(url)).toEqual({ status: 302, text: 'moved' });
    expect(seen()).toBe(1);
  });

  it('never reaches an address that is not public', async () => {
    const { url, seen } = await serve((_request, response) => response.end());
    const fetchPinned = client({});
    const https = new URL(url.href.replace('http:', 'https:'));
    for (const inside of [url, https, new URL('https://169.254.169.254/'), new URL('https://[::1]/')])
      await expect(fetchPinned(inside)).rejects.toMatchObject({ code: 'ERR_FORBIDDEN_TARGET' });
    expect(seen()).toBe(0);
  });

  it('is given up when the answer is too large, with or without saying so', async () => {
    const large = 'x'.repeat(200_000);
    for (const headers of [{}, { 'content-length': large.length }]) {
      const { url } = await serve((_request, response) => response.writeHead(200, headers).end(large));
      await expect(client(loopback)(url)).rejects.toThrow();
    }
  });

  it('is given up when the answer does not come, or does not end', async () => {
    const silent = await serve(() => {});
    const endless = await serve((_request, response) => response.writeHead(200).write('x'));
    for (const { url } of [silent, endless])
      await expect(client({ ...loopback, timeout: 200 })(url)).rejects.toThrow();
  });
});
