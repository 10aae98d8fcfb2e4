#!/usr/bin/env bash
# Intl in Node (24.21.0) takes abbreviations of time zones, and means by them what few people do.
#
# Expected: a RangeError, as for other names that are not in the IANA database; or the offset that the abbreviation names.
# Seen: BST is Dhaka, not British Summer Time; AST is Anchorage, not the Atlantic; IST is Kolkata, not Israel or Ireland. PST and
#   CST change with the season, EST and MST do not.
# Why it matters: a person whose profile says BST gets the morning mail at three in the morning, and every check by Intl says the zone is fine.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null && npm install --silent --no-fund --no-audit node@24.21.0
cat > try.mjs <<'JS'
const time = (timeZone, day) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(new Date(`2026-${day}T12:00Z`));
for (const zone of ['BST', 'AST', 'IST', 'PST', 'CST', 'EST', 'MST'])
  console.log(`${zone} at noon UTC: ${time(zone, '01-15')} in January, ${time(zone, '07-15')} in July`);
JS
node_modules/.bin/node try.mjs | tee seen
cat > expected <<'TXT'
BST at noon UTC: 18:00 in January, 18:00 in July
AST at noon UTC: 03:00 in January, 04:00 in July
IST at noon UTC: 17:30 in January, 17:30 in July
PST at noon UTC: 04:00 in January, 05:00 in July
CST at noon UTC: 06:00 in January, 07:00 in July
EST at noon UTC: 07:00 in January, 07:00 in July
MST at noon UTC: 05:00 in January, 05:00 in July
TXT
diff expected seen && echo 'Still so in Node 24.21.0.'
