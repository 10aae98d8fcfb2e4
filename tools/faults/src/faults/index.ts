import type { Fault } from '../fault.ts';
import { clusterNodeKilled } from './cluster-node-killed.ts';
import { databaseAway, databaseSilent } from './database-away.ts';
import { databaseBehindGateway } from './database-behind-gateway.ts';
import { duplicates } from './duplicates.ts';
import { frozenReplica } from './frozen-replica.ts';
import { kills } from './kills.ts';
import { deferringMailServer, droppingMailServer, slowMailServer } from './mail-server.ts';
import { memoryAlarm } from './memory-alarm.ts';
import { poison } from './poison.ts';
import { purgedDelays } from './purged-delays.ts';
import { rabbitKilled } from './rabbit-killed.ts';
import { skewedClocks, twoRunners } from './replicas.ts';
import { rollingRestart } from './rolling-restart.ts';

/** Every fault, in the order in which they are run. */
export const allFaults: readonly Fault[] = [
  kills,
  rollingRestart,
  rabbitKilled,
  clusterNodeKilled,
  memoryAlarm,
  purgedDelays,
  poison,
  duplicates,
  databaseAway,
  databaseSilent,
  databaseBehindGateway,
  twoRunners,
  frozenReplica,
  skewedClocks,
  slowMailServer,
  droppingMailServer,
  deferringMailServer,
];
