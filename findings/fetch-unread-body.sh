#!/usr/bin/env bash
# A process that does not read the body of a fetch (Node 24.21.0) ends late, but only for bodies of some sizes.
#
# Expected: with nothing left to do the process ends at once, whatever the size of the body that nobody read.
# Seen: with 16 KiB and with 1 MiB it does; with 100 KiB the idle connection keeps it until the server's keep-alive time is over.
# Why it matters: a health check or a Job in Kubernetes that looks at the status only takes a minute longer the day its answer grows. Read
#   the body, or cancel it.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null && npm install --silent --no-fund --no-audit node@24.21.0
cat > try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
const KEEP_ALIVE = 6_000;
const server = createServer((request, response) => response.end('x'.repeat(Number(request.url.slice(1)) * 1024)));
server.keepAliveTimeout = KEEP_ALIVE;
await once(server.listen(0, '127.0.0.1'), 'listening');
const ends = async (kib, then) => {
  const code = `const answer = await fetch('http://127.0.0.1:${server.address().port}/${kib}'); ${then}; process.send('asked')`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(child, 'message');
  const asked = performance.now();
  child.disconnect();
  await once(child, 'exit');
  return performance.now() - asked > KEEP_ALIVE / 2 ? 'the server closes the connection' : 'it has its answer';
};
for (const [kib, then] of [[16, ''], [100, ''], [1024, ''], [100, 'await answer.body.cancel()']])
  console.log(`${kib} KiB ${then ? 'cancelled' : 'unread'}: ends when ${await ends(kib, then)}`);
server.close();
server.closeAllConnections();
JS
node_modules/.bin/node try.mjs | tee seen
cat > expected <<'TXT'
16 KiB unread: ends when it has its answer
100 KiB unread: ends when the server closes the connection
1024 KiB unread: ends when it has its answer
100 KiB cancelled: ends when it has its answer
TXT
diff expected seen && echo 'Still so in Node 24.21.0.'
