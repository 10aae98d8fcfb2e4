export { isConnectionString, isLastingFault, type MongoStoreOptions } from './connection.ts';
export { openMongoStore } from './store.ts';
export { databaseIn, soleServer, withDatabase, withoutCredentials, withServer } from './uri.ts';
