import { type SetUp, storeContract } from '../contract-suite.ts';
import { openMongoStore } from './store.ts';
import { describeWithMongo, dropDatabase, freshDatabase } from './testing/server.ts';

await describeWithMongo('MongoDB', ({ uri, product }) => {
  const setUp: SetUp = async (collections) => {
    const database = freshDatabase();
    let store = await openMongoStore({ uri, database, collections });
    return {
      store,
      async reopen(others = collections) {
        await store.close();
        store = await openMongoStore({ uri, database, collections: others });
        return store;
      },
      async tearDown() {
        await store.close();
        await dropDatabase(uri, database);
      },
    };
  };
  // FerretDB looks at every document for every question.
  storeContract('MongoDB', setUp, { effort: product === 'ferretdb' ? 0.25 : 1 });
});
