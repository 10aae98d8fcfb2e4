// Makes the server a replica set of one, if it is none yet, under the name by which the cluster reaches it. Run by the startup probe again and
// again: it exits with 0 once the server takes writes.
const host = 'mongodb-0.mongodb.herald.svc.cluster.local:27017';
try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host }] });
}
quit(db.hello().isWritablePrimary ? 0 : 1);
