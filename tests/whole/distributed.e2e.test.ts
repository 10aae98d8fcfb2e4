import { rm } from 'node:fs/promises';
import { migrateStore, SERVICES, startFour } from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { startTestRabbit } from '@herald/rabbitmq-server';
import { withDatabase } from '@herald/store/mongodb';
import { test } from 'vitest';
import { wholeSuite } from './suite.ts';
import { install } from './whole.ts';

const [mongo, rabbit] = await Promise.all([startMongo(), startTestRabbit()]);
const missing = [mongo, rabbit].flatMap((server) => ('unavailable' in server ? [server.unavailable] : []));

if ('unavailable' in mongo || 'unavailable' in rabbit) {
  const why = missing.join('; ');
  test(`the four services need MongoDB and RabbitMQ: ${why}`, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
    skip(why);
  });
} else {
  wholeSuite(`as four services on RabbitMQ and ${mongo.kind}`, async () => {
    const { dir, logFile, inbox, env, clients } = await install();
    const services = {
      MONGODB_URI: withDatabase(mongo.uri, `herald_${process.pid}`),
      AMQP_URL: rabbit.url,
      // This database reads whole collections: on a busy machine the work under way takes that long.
      SHUTDOWN_TIMEOUT: '100',
    };
    await migrateStore(services);
    const four = await startFour({ ...env, ...services }, logFile);
    return {
      ...clients(four.baseOf),
      bases: SERVICES.map((name) => four.base(name)),
      admins: four.admins,
      inbox,
      logFile,
      pause: 'PT2S',
      async restart() {
        const codes: (number | string)[] = [];
        for (const name of SERVICES) codes.push(await four.restart(name));
        return codes;
      },
      async stop() {
        await four.stop();
        await inbox.stop();
        await Promise.all([mongo.stop(), rabbit.stop()]);
        await rm(dir, { recursive: true, force: true });
      },
    };
  });
}
