export { isConnectionString, isLastingFault, type MongoStoreOptions } from './connection.ts';
export { openMongoStore } from './store.ts';
