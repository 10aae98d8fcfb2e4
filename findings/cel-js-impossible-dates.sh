#!/usr/bin/env bash
# @marcbachmann/cel-js (8.0.0) reads a date that does not exist as another day.
#
# Expected: CEL's timestamp() takes RFC 3339, in which 30 February is not a date: an evaluation error.
# Seen: timestamp("2027-02-30T00:00:00Z") is 2 March. A 24th hour is the next day.
# Why it matters: a due date typed wrong, or made by another system's arithmetic, moves a condition by days and nobody is told.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null && npm install --silent --no-fund --no-audit @marcbachmann/cel-js@8.0.0
cat > try.mjs <<'JS'
import { evaluate } from '@marcbachmann/cel-js';
for (const text of ['2027-02-28T00:00:00Z', '2027-02-30T00:00:00Z', '2027-04-31T00:00:00Z', '2027-02-28T24:00:00Z', '2027-13-01T00:00:00Z']) {
  let seen;
  try { seen = evaluate(`timestamp("${text}")`).toISOString(); } catch { seen = 'an error'; }
  console.log(`${text} is ${seen}`);
}
JS
node try.mjs | tee seen
cat > expected <<'TXT'
2027-02-28T00:00:00Z is 2027-02-28T00:00:00.000Z
2027-02-30T00:00:00Z is 2027-03-02T00:00:00.000Z
2027-04-31T00:00:00Z is 2027-05-01T00:00:00.000Z
2027-02-28T24:00:00Z is 2027-03-01T00:00:00.000Z
2027-13-01T00:00:00Z is an error
TXT
diff expected seen && echo 'Still so in cel-js 8.0.0.'
