#!/usr/bin/env bash
# rhea (AMQP 1.0 for Node, 3.0.5) gives two deliveries that are settled in the same turn the outcome of the first.
#
# Expected: a delivery that is released goes back to the queue, whatever became of the one before it.
# Seen: accept one and release the next in the same turn, and the server reads "accepted" for both.
#   With a turn between the two, and for a third delivery, all is well.
# Why it matters: the second message was to be tried again, and is deleted. Consumers settle in one turn whatever their promises
#   resolve in one. Settle one delivery a turn (setImmediate).
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null && npm install --silent --no-fund --no-audit rhea@3.0.5
cat > try.mjs <<'JS'
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import rhea from 'rhea';

const OUTCOMES = ['accepted', 'released', 'rejected'];
const PLANS = {
  'accept, release': ['accept', 'release'],
  'release, accept': ['release', 'accept'],
  'accept, reject': ['accept', 'reject'],
  'accept, a turn, release': ['accept', undefined, 'release'],
  'accept, accept, release': ['accept', 'accept', 'release'],
};

for (const [title, plan] of Object.entries(PLANS)) {
  const wanted = plan.filter(Boolean);
  const seen = new Map();
  const [server, client] = [rhea.create_container(), rhea.create_container()];
  const all = new Promise((resolve) => {
    server.once('sendable', ({ sender }) => {
      const sent = wanted.map((body) => sender.send({ body }).id);
      for (const outcome of OUTCOMES)
        server.on(outcome, ({ delivery }) => {
          seen.set(sent.indexOf(delivery.id), outcome);
          if (seen.size === sent.length) resolve();
        });
    });
  });
  const listener = server.listen({ port: 0, host: '127.0.0.1' });
  await once(listener, 'listening');
  const got = [];
  const came = new Promise((resolve) => {
    client.on('message', ({ delivery }) => {
      if (got.push(delivery) === wanted.length) resolve();
    });
  });
  const connection = client.connect({ port: listener.address().port, host: '127.0.0.1', reconnect: false });
  connection.open_receiver({ source: 'queue', autoaccept: false });
  await came;
  await turn();
  for (const step of plan) step === undefined ? await turn() : got.shift()[step]();
  await all;
  console.log(`${title}: the server reads ${wanted.map((_, n) => seen.get(n)).join(', ')}`);
  connection.close();
  await once(connection, 'connection_close');
  listener.close();
}
JS
timeout 60 node try.mjs | tee seen
cat > expected <<'TXT'
accept, release: the server reads accepted, accepted
release, accept: the server reads released, released
accept, reject: the server reads accepted, accepted
accept, a turn, release: the server reads accepted, released
accept, accept, release: the server reads accepted, accepted, released
TXT
diff expected seen && echo 'Still so in rhea 3.0.5.'
