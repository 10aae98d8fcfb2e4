import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { RoundTripError, roundTrip } from './round-trip.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  return `http://127.0.0.1:${address.port}`;
}

const answering = (...statuses: number[]): RequestListener => {
  let asked = 0;
  return (request, response) => {
    request.resume();
    response.statusCode = statuses[Math.min(asked, statuses.length - 1)] ?? 500;
    asked += 1;
    response.end('{"title":"because"}');
  };
};

const trip = async (ingest: RequestListener, handler: RequestListener, within = 5_000) =>
  roundTrip({
    ingestUrl: await serve(ingest),
    eventHandlerUrl: await serve(handler),
    apiKey: 'key',
    within,
    every: 5,
  });

test('the event that was sent is the one that is looked for, until it is there', async () => {
  let body = '';
  const asked: (string | undefined)[] = [];
  const waiting = answering(404, 404, 200);
  const { id } = await trip(
    (request, response) => {
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => response.writeHead(202).end());
    },
    (request, response) => {
      asked.push(request.url, request.headers.authorization);
      waiting(request, response);
    },
  );
  expect(JSON.parse(body)).toEqual({ id, type: 'probe.sent', prospectId: 'herald-probe' });
  expect(asked).toEqual([1, 2, 3].flatMap(() => [`/v1/events/${id}`, 'Bearer key']));
});

test('a refusal ends it at once, with who said what', async () => {
  await expect(trip(answering(503), answering(200))).rejects.toThrow(
    'ingest answered 503: {"title":"because"}',
  );
  await expect(trip(answering(202), answering(403))).rejects.toThrow('event-handler answered 403');
});

test('an event that does not arrive in time is an error', async () => {
  await expect(trip(answering(202), answering(404), 100)).rejects.toThrow(RoundTripError);
  await expect(trip(answering(202), () => {}, 100)).rejects.toThrow('was not in the log within 100 ms');
});
