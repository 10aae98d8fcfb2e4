import { type SetUp, storeContract } from '../contract-suite.ts';
import type { DocumentForm } from './rows.ts';
import { openMongoStore } from './store.ts';
import { describeWithMongo, dropDatabase, freshDatabase } from './testing/server.ts';

await describeWithMongo('MongoDB', ({ uri, product }) => {
  const setUp = async (documents: DocumentForm, ...[collections]: Parameters<SetUp>) => {
    const database = freshDatabase();
    const options = { uri, database, documents };
    let store = await openMongoStore({ ...options, collections });
    return {
      store,
      async reopen(others: typeof collections = collections) {
        await store.close();
        store = await openMongoStore({ ...options, collections: others });
        return store;
      },
      async tearDown() {
        await store.close();
        await dropDatabase(uri, database);
      },
    };
  };
  // FerretDB looks at every document for every question.
  const effort = product === 'ferretdb' ? 0.25 : 1;
  for (const form of ['fields', 'text'] as const) {
    storeContract(`MongoDB with documents as ${form}`, (collections) => setUp(form, collections), { effort });
  }
});
