import { rabbitsForTests } from '@herald/rabbitmq-server';
import { testOn, untested } from './testing/on-rabbit.ts';

/** Every RabbitMQ for tests but the newest, which has a file of its own: so two run side by side. */
const [, ...others] = await rabbitsForTests();

if (others.length === 0) untested('an older RabbitMQ', 'there is only one');
for (const { start } of others) {
  const rabbit = await start();
  if ('unavailable' in rabbit) untested('an older RabbitMQ', rabbit.unavailable);
  else await testOn(rabbit);
}
