import { withStore } from '@herald/runtime';

/** Creates the collections and indexes that the database lacks: a step of each deployment. */
withStore(async (store) => {
  await store.migrate();
  process.stdout.write('The store is migrated.\n');
});
