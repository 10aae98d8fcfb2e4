import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createAllowedAddresses } from '@herald/outbound';
import { expect, onTestFinished, test } from 'vitest';
import { createFetchFile } from './fetch-file.ts';

async function setUp(answer: RequestListener, { own = ['127.0.0.0/8'], timeout = 2_000 } = {}) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const fetchFile = createFetchFile({ allowed: createAllowedAddresses(own), timeout });
  onTestFinished(async () => {
    await fetchFile.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${port}`;
  const get = (path: string, expected?: string) => fetchFile(url + path, { maxBytes: 1_000, expected });
  return { url, get, fetchFile };
}

const pdf: RequestListener = (_request, response) =>
  response.writeHead(200, { 'content-type': 'Application/PDF; x=1' }).end('%PDF');

test('a file is fetched with its media type, also behind a redirect', async () => {
  const { get } = await setUp((request, response) => {
    if (request.url === '/old') response.writeHead(302, { location: '/new?x=1' }).end('elsewhere');
    else pdf(request, response);
  });
  expect(await get('/old', 'application/pdf')).toEqual({
    content: Buffer.from('%PDF'),
    contentType: 'application/pdf',
  });
});

test.each<[string, RequestListener, string, boolean]>([
  [
    'a page instead of the file',
    (_, to) => to.writeHead(200, { 'content-type': 'text/html' }).end('log in'),
    'its server sent text/html instead of application/pdf',
    false,
  ],
  ['a file that is not there', (_, to) => to.writeHead(404).end(), 'its server answered 404', false],
  [
    'a server in trouble',
    (_, to) => to.writeHead(503).end('x'.repeat(100_000)),
    'its server answered 503',
    true,
  ],
  [
    'a length that is too much',
    (_, to) => to.writeHead(200, { 'content-length': '1001' }).flushHeaders(),
    'it has more than 1000 bytes',
    false,
  ],
  [
    'no length, and too much',
    (_, to) => to.writeHead(200).end('x'.repeat(1_001)),
    'it has more than 1000 bytes',
    false,
  ],
  [
    'redirects without end',
    (_, to) => to.writeHead(301, { location: '/' }).end(),
    'it is behind more than 3 redirects',
    false,
  ],
  [
    'a redirect to a file',
    (_, to) => to.writeHead(301, { location: 'file:///etc/passwd' }).end(),
    'it has no URL such as https://files.example/a.pdf',
    false,
  ],
  [
    'a redirect into the cloud',
    (_, to) => to.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
    'it is not fetched: it leads to an address that is not public',
    false,
  ],
  ['a connection that is cut', (_, to) => to.destroy(), 'its server cannot be reached: UND_ERR_SOCKET', true],
])('%s is no file', async (_what, answer, failure, isTemporary) => {
  const { get } = await setUp(answer);
  expect(await get('/a.pdf', 'application/pdf')).toEqual({ failure, isTemporary });
});

test('a server that never answers, or never ends, costs no more than the time-out', async () => {
  const { get } = await setUp(
    (request, response) => {
      if (request.url === '/drip') response.writeHead(200).write('x');
    },
    { timeout: 300 },
  );
  const late = { failure: 'its server did not send it in time', isTemporary: true };
  expect(await get('/never')).toEqual(late);
  expect(await get('/drip')).toEqual(late);
});

test('nothing is fetched from an address that is not public, nor with a password, nor from nowhere', async () => {
  const { url, fetchFile } = await setUp(pdf, { own: [] });
  const failureOf = async (from: string) => fetchFile(from, { maxBytes: 10 });
  expect(await failureOf(url)).toEqual({
    failure: 'it is not fetched: it leads to an address that is not public',
    isTemporary: false,
  });
  expect(await failureOf('https://a:b@files.example/')).toMatchObject({ isTemporary: false });
  for (const nowhere of ['', 'ftp://files.example', 'file:///etc/passwd', '//files.example'])
    expect(await failureOf(nowhere)).toMatchObject({ failure: expect.stringContaining('it has no URL') });
});
