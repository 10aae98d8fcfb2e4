import { isNewer, startTestRabbit } from '@herald/rabbitmq-server';
import { expect, it } from 'vitest';
import { testOn, untested } from './testing/on-rabbit.ts';

const rabbit = await startTestRabbit();

if ('unavailable' in rabbit) untested('the RabbitMQ broker', rabbit.unavailable);
else {
  await testOn(rabbit);
  it.runIf(process.env.REQUIRE_SERVICES === '1')('the newest RabbitMQ that is tested is a 4.x', () => {
    expect(isNewer(rabbit.version, '4'), `it is ${rabbit.version || 'of unknown version'}`).toBe(true);
  });
}
