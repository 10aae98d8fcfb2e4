import { rabbitsForTests } from '@herald/rabbitmq-server';
import { test } from 'vitest';
import { testShortSelection } from './short-selection.ts';

const [, ...others] = await rabbitsForTests();
if (others.length === 0) test.skip('there is no other RabbitMQ here');
testShortSelection(others);
