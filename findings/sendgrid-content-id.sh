#!/usr/bin/env bash
# @sendgrid/mail (8.1.6) sends an attachment's contentId under a name that the API does not know.
#
# Expected: AttachmentData has the field `contentId`, and the library writes its own fields in snake case, as the API wants
# them (replyTo becomes reply_to): `content_id`, which an <img src="cid:logo"> refers to.
# Seen: in an attachment given as plain data, `contentId` stays `contentId`. Only `content_id`, which the types do not have, works.
# Why it matters: the picture shows as a broken one in the mail, and nothing reports it.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null && npm install --silent --no-fund --no-audit @sendgrid/mail@8.1.6 @sendgrid/helpers@8.0.0
cat > try.cjs <<'JS'
const { Mail } = require('@sendgrid/helpers').classes;
const file = { content: 'YQ==', filename: 'logo.png', type: 'image/png', disposition: 'inline' };
const mail = new Mail({
  to: 'ada@example.com', from: 'acme@example.com', replyTo: 'help@example.com', subject: 's', text: 't',
  attachments: [{ ...file, contentId: 'logo' }, { ...file, content_id: 'logo' }],
});
const json = mail.toJSON();
console.log('the mail has', Object.keys(json).filter((name) => /reply/i.test(name)).join());
for (const attachment of json.attachments)
  console.log('an attachment has', Object.keys(attachment).filter((name) => /id$/i.test(name)).join());
JS
node try.cjs | tee seen
cat > expected <<'TXT'
the mail has reply_to
an attachment has contentId
an attachment has content_id
TXT
diff expected seen && echo 'Still so in @sendgrid/mail 8.1.6.'
