#!/usr/bin/env bash
# nodemailer (10.6.1) sends a mail without a signature if its DKIM key cannot sign, and says nothing.
#
# Expected: with a key that is not RSA (Ed25519, RFC 8463), or that is no key at all, sending fails or a warning says that the mail is unsigned.
# Seen: the mail leaves as if no key had been set; the result is that of a success.
# Why it matters: after a rotation to a broken or an Ed25519 key all mail goes out unsigned, and DMARC makes receivers refuse it days later. Check
#   the key at start.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null && npm install --silent --no-fund --no-audit nodemailer@10.6.1
cat > try.mjs <<'JS'
import { generateKeyPairSync } from 'node:crypto';
import { createTransport } from 'nodemailer';
const pem = (pair) => pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
const keys = {
  rsa: pem(generateKeyPairSync('rsa', { modulusLength: 2048 })),
  ed25519: pem(generateKeyPairSync('ed25519')),
  nonsense: 'no key',
};
for (const [kind, privateKey] of Object.entries(keys)) {
  const transport = createTransport({ streamTransport: true, buffer: true, dkim: { domainName: 'acme.example', keySelector: 's', privateKey } });
  const { message } = await transport.sendMail({ from: 'a@acme.example', to: 'b@home.example', subject: 's', text: 't' });
  console.log(`${kind}: ${/^DKIM-Signature:/m.test(message.toString()) ? 'signed' : 'unsigned'}`);
}
JS
node try.mjs | tee seen
printf 'rsa: signed\ned25519: unsigned\nnonsense: unsigned\n' | diff - seen && echo 'Still so in nodemailer 10.6.1.'
