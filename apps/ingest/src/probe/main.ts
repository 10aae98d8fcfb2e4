import { HttpUrl, loadConfig, Secret } from '@herald/config';
import { runMain } from '@herald/process';
import { Type } from 'typebox';
import { roundTrip } from './round-trip.ts';

/** Runs for `helm test`, in this service's image: exits with 0 if an event came through. */
const config = Type.Object({
  INGEST_URL: HttpUrl({ description: 'Where ingest is.' }),
  EVENT_HANDLER_URL: HttpUrl({ description: 'The address of event-handler.' }),
  API_KEY: Secret({ description: 'A key with the scopes events:write and events:read.' }),
});

runMain(async () => {
  const { INGEST_URL, EVENT_HANDLER_URL, API_KEY } = loadConfig(config, process.env);
  const { id, ms } = await roundTrip({
    ingestUrl: INGEST_URL,
    eventHandlerUrl: EVENT_HANDLER_URL,
    apiKey: API_KEY,
    within: 60_000,
  });
  process.stdout.write(`Event ${id} went through ingest and is in the log, after ${ms} ms.\n`);
});
