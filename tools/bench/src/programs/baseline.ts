import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import Fastify from 'fastify';

/**
 * What one would write without Herald: a route that publishes each request as one persistent message to a
 * quorum queue, waits for the broker's confirmation, and answers. It has no credentials, schema or metrics.
 * Ingest is compared with it.
 */
const { BASELINE_URL: url = '', BASELINE_QUEUE: queue = '' } = process.env;
const connection = await connect(url);
const channel = await connection.createConfirmChannel();
await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });

const app = Fastify();
app.post('/v1/events', async (request, reply) => {
  const id = randomUUID();
  const body = Buffer.from(
    JSON.stringify({ events: [{ id, receivedAt: Date.now(), ...Object(request.body) }] }),
  );
  await new Promise<void>((resolve, reject) => {
    const options = { persistent: true, mandatory: true, messageId: id, contentType: 'application/json' };
    channel.publish('', queue, body, options, (error) => (error === null ? resolve() : reject(error)));
  });
  return reply.code(202).send({ accepted: 1, ids: [id] });
});
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ msg: 'ready', host: '127.0.0.1', port, adminPort: 0 })}\n`);
