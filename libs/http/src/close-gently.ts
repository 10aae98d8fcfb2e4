import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem/problem.ts';

/**
 * Closing: requests with a handler finish; later ones on open connections are refused by an answer, new
 * connections by the socket. Every answer ends its connection, because a kept-alive one would delay the close
 * until its time-out. After `grace` ms, requests that no handler has are cut off, so that a body that drips
 * in cannot delay it either.
 */
export function closeGently(app: FastifyInstance, grace: number): void {
  const open = new Set<Socket>();
  const busy = new Set<Socket>();
  let closing = false;

  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  app.addHook('preClose', async () => {
    closing = true;
    const timer = setTimeout(() => {
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
    }, grace);
    app.server.once('close', () => clearTimeout(timer));
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    if (!closing) return done();
    done(new Problem(503, 'closing', 'This server is about to stop.', { retryAfter: 1, lasting: true }));
  });
  app.addHook('preHandler', (request, _reply, done) => {
    busy.add(request.raw.socket);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (request, _reply, done) => {
    busy.delete(request.raw.socket);
    done();
  });
}
