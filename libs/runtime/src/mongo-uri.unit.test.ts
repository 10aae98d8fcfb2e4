import { expect, test } from 'vitest';
import { mongoUri } from './mongo-uri.ts';

test.each([
  'mongodb://localhost/herald',
  'mongodb://me:p%23%2F%3F%40@a.example:27017,b.example:27017/herald?replicaSet=rs0&authSource=admin',
  'mongodb+srv://me:secret@cluster.example/herald',
  'mongodb://me:secret@db.example:27017/herald?tls=true&tlsCAFile=/etc/ssl/ca.pem&authMechanism=SCRAM-SHA-256',
  'mongodb+srv://cluster.example/herald?authMechanism=MONGODB-X509&tlsCertificateKeyFile=/etc/ssl/me.pem',
])('%s is taken as it is', (MONGODB_URI) => {
  expect(mongoUri({ MONGODB_URI })).toBe(MONGODB_URI);
});

test.each([
  'mongodb://me:hunter#2@localhost/herald',
  'mongodb://me:hunter/2@localhost/herald',
  'mongodb://me:hunter@2@localhost/herald',
  'mongodb://me:hunter%@localhost/herald',
  'mongodb://me:hunter@localhost/herald?noSuchOption=1',
  'postgres://me:hunter@localhost/herald',
  'hunter',
])('%s is a fault that names the variable and the remedy, and does not show the value', (MONGODB_URI) => {
  const attempt = () => mongoUri({ MONGODB_URI });
  expect(attempt).toThrow(/MONGODB_URI is not right: .*percent-encode/s);
  expect(attempt).not.toThrow(/hunter/);
});
