#!/usr/bin/env bash
# The JavaScript SDK of CloudEvents (10.0.0) loses data of 0, false and "" on the way through the structured mode.
#
# Expected: the data that went into an event is the data that comes out of it, in either mode of the HTTP binding.
# Seen: in structured mode the body carries 0, false and "", but reading it gives an event without data. In binary mode 0 and
#   false come back, while 1 cannot be read at all.
# Why it matters: a counter that falls to 0 and a flag that is turned off look like events without data, and nothing fails.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null && npm install --silent --no-fund --no-audit cloudevents@10.0.0
cat > try.mjs <<'JS'
import { CloudEvent, HTTP } from 'cloudevents';
const back = (mode, data) => {
  const sent = HTTP[mode](new CloudEvent({ source: '/s', type: 't', datacontenttype: 'application/json', data }));
  const body = mode === 'structured' ? JSON.stringify(JSON.parse(sent.body).data) : String(sent.body);
  try { return `${body} is read as ${JSON.stringify(HTTP.toEvent(sent).data)}`; }
  catch (error) { return `${body} is refused: ${error.message}`; }
};
for (const mode of ['structured', 'binary'])
  for (const data of [0, false, '', 1]) console.log(`${mode}: ${JSON.stringify(data)} sent as ${back(mode, data)}`);
JS
node try.mjs | tee seen
cat > expected <<'TXT'
structured: 0 sent as 0 is read as undefined
structured: false sent as false is read as undefined
structured: "" sent as "" is read as undefined
structured: 1 sent as 1 is read as 1
binary: 0 sent as 0 is read as 0
binary: false sent as false is read as false
binary: "" sent as  is read as ""
binary: 1 sent as 1 is refused: invalid payload type, allowed are: string or object
TXT
diff expected seen && echo 'Still so in cloudevents 10.0.0.'
