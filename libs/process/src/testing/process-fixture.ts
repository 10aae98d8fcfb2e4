import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ack, type Consumer, type Topology } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { systemClock } from '@herald/clock';
import { commonConfig, loadConfig } from '@herald/config';
import { collections } from '@herald/contracts';
import { createHttp } from '@herald/http';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { openSqliteStore } from '@herald/store/sqlite';
import { Type } from 'typebox';
import { runMain, runProcess, type Service } from '../index.ts';

/** Deliveries go to a handler that takes `HANDLER_MS`. Routes cause what a real process may suffer. */
export const fixtureTopology: Topology = {
  exchanges: [{ name: 'x', type: 'topic' }],
  queues: [{ name: 'work', bindings: [{ exchange: 'x', key: '#' }], retry: { attempts: 5, backoff: [10] } }],
};

const schema = Type.Object({
  ...commonConfig,
  DATA_DIR: Type.String(),
  HANDLER_MS: Type.Integer({ default: 0 }),
  START_MS: Type.Integer({ default: 0 }),
  FAIL_START: Type.Boolean({ default: false }),
  WELL: Type.Boolean({ default: true }),
});

if (process.argv[1] === import.meta.filename) {
  runMain(async () => {
    const config = loadConfig(schema, process.env);
    const log = createLog({ service: 'fixture', level: 'info' });
    const metrics = createMetrics({ version: '1' });
    const clock = systemClock;
    const store = openSqliteStore({
      file: join(config.DATA_DIR, 'store.db'),
      collections: [collections.discards],
    });
    await store.migrate();
    const broker = await openEmbeddedBroker({
      file: join(config.DATA_DIR, 'broker.db'),
      topology: fixtureTopology,
      clock,
    });
    const http = await createHttp({
      log,
      metrics,
      apiKeys: { find: () => undefined },
      title: 'F',
      description: '',
      version: '1',
    });
    let consumer: Consumer | undefined;

    const service: Service = {
      name: 'fixture',
      queues: ['work'],
      routes(app) {
        app.post(
          '/publish/:id',
          { schema: { params: Type.Object({ id: Type.String() }) } },
          async ({ params }) => {
            await broker.publish([{ exchange: 'x', key: 'k', id: params.id, body: {} }]);
            return {};
          },
        );
        app.get('/slow', async () => {
          log.info('slow request begun');
          await pause(config.HANDLER_MS);
          return { done: true };
        });
        app.post('/throw', async () => {
          setImmediate(() => {
            throw new Error('thrown by nobody');
          });
        });
        app.post('/reject', async () => {
          setImmediate(() => void Promise.reject(new Error('rejected by nobody')));
        });
      },
      async start() {
        log.info('starting');
        await pause(config.START_MS);
        if (config.FAIL_START) throw new Error('no projection');
        consumer = await broker.consume('work', { prefetch: 1 }, async ({ id, attempt }) => {
          log.info({ messageId: id, attempt }, 'handling');
          await pause(config.HANDLER_MS);
          log.info({ messageId: id, attempt }, 'handled');
          return ack;
        });
      },
      async stop() {
        await consumer?.stop();
        log.info('drained');
      },
      needs: ['store', 'broker'],
      checks: {
        async health() {
          if (!config.WELL) throw new Error('unwell, says bob@mail.example');
        },
      },
    };
    await runProcess({ services: [service], http, config, store, broker, clock, log, metrics });
  });
}
