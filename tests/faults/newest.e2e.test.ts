import { rabbitsForTests } from '@herald/rabbitmq-server';
import { testShortSelection } from './short-selection.ts';

const [newest] = await rabbitsForTests();
testShortSelection(newest === undefined ? [] : [newest]);
