import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { databaseIn, soleServer, withDatabase, withoutCredentials, withServer } from './uri.ts';

test.each([
  ['no path', 'mongodb://db:27017', 'mongodb://db:27017/other'],
  ['an empty path and options', 'mongodb://db/?replicaSet=rs0', 'mongodb://db/other?replicaSet=rs0'],
  ['a path', 'mongodb://db/herald', 'mongodb://db/other'],
  [
    'several hosts',
    'mongodb://a.example:27017,b.example:27018,[::1]:27019/herald?replicaSet=rs0&tls=true',
    'mongodb://a.example:27017,b.example:27018,[::1]:27019/other?replicaSet=rs0&tls=true',
  ],
  [
    'encoded credentials, which are looked up in admin as there is no path',
    'mongodb://m%40e:p%23%2F%3F%40%25@db/?replicaSet=rs0',
    'mongodb://m%40e:p%23%2F%3F%40%25@db/other?replicaSet=rs0&authSource=admin',
  ],
  [
    'credentials that are looked up in the path',
    'mongodb://me:secret@db/herald',
    'mongodb://me:secret@db/other?authSource=herald',
  ],
  [
    'a given authSource, however it is written',
    'mongodb://me:secret@db/herald?AuthSource=users',
    'mongodb://me:secret@db/other?AuthSource=users',
  ],
  [
    'mongodb+srv',
    'mongodb+srv://me:secret@cluster.example/?retryWrites=true&w=majority',
    'mongodb+srv://me:secret@cluster.example/other?retryWrites=true&w=majority&authSource=admin',
  ],
  [
    'a certificate in place of a password',
    'mongodb://CN%3Dme@db/?authMechanism=MONGODB-X509&tls=true',
    'mongodb://CN%3Dme@db/other?authMechanism=MONGODB-X509&tls=true',
  ],
  [
    'LDAP',
    'mongodb://me:secret@db/?authMechanism=PLAIN',
    'mongodb://me:secret@db/other?authMechanism=PLAIN&authSource=%24external',
  ],
  [
    'options that may come twice, or hold commas and colons',
    'mongodb://db/?readPreferenceTags=dc:a&readPreferenceTags=dc:b&compressors=zstd,zlib',
    'mongodb://db/other?readPreferenceTags=dc:a&readPreferenceTags=dc:b&compressors=zstd,zlib',
  ],
])('another database, and nothing else, in a connection string with %s', (_what, uri, expected) => {
  expect(withDatabase(uri, 'other')).toBe(expected);
  expect(databaseIn(withDatabase(uri, 'other'))).toBe('other');
});

test.each([
  'mongodb://me:secret@a,b/?replicaSet=rs0',
  'mongodb://me:secret@a/herald',
  'mongodb://me:secret@a/herald?authSource=users',
  'mongodb://CN%3Dme@a/herald?authMechanism=MONGODB-X509&tls=true',
  'mongodb://me@a/herald?authMechanism=GSSAPI',
])('the driver authenticates by %s as before, and takes the other database', (uri) => {
  const { credentials } = new MongoClient(uri).options;
  const { options } = new MongoClient(withDatabase(uri, 'other'));
  expect(options.credentials).toEqual(credentials);
  expect(options.dbName).toBe('other');
});

test('a database may have any name', () => {
  for (const name of ['herald', 'a/b', 'größe', '50%']) {
    expect(databaseIn(withDatabase('mongodb://db', name))).toBe(name);
    expect(new MongoClient(withDatabase('mongodb://db', name)).options.dbName).toBe(name);
  }
  expect(databaseIn('mongodb://db')).toBeUndefined();
  expect(databaseIn('mongodb+srv://db.example/?tls=true')).toBeUndefined();
});

test('the sole server of a connection string, and another in its place', () => {
  expect(soleServer('mongodb://me:secret@db/')).toEqual({ host: 'db', port: 27017 });
  expect(soleServer('mongodb://db:1')).toEqual({ host: 'db', port: 1 });
  expect(soleServer('mongodb://a,b/')).toBeUndefined();
  expect(soleServer('mongodb+srv://db.example/')).toBeUndefined();
  expect(withServer('mongodb://me:s%40@db/x?replicaSet=rs0&tls=true', { host: '127.0.0.1', port: 9 })).toBe(
    'mongodb://me:s%40@127.0.0.1:9/x?tls=true&directConnection=true',
  );
});

test('a connection string is shown without its credentials', () => {
  expect(withoutCredentials('mongodb://me:secret@a:1,b:2/herald?tls=true')).toBe(
    'mongodb://a:1,b:2/herald?tls=true',
  );
  expect(withoutCredentials('mongodb+srv://me:secret@c.example/')).toBe('mongodb+srv://c.example/');
});
