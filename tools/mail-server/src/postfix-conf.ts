import { tmpdir } from 'node:os';
import type { MailHostOptions } from './options.ts';

/** The folders of its queue, which its own programs make only when it is installed. */
export const QUEUE_FOLDERS = [
  ...[
    'active',
    'bounce',
    'corrupt',
    'defer',
    'deferred',
    'flush',
    'hold',
    'incoming',
    'private',
    'saved',
  ].map((name) => ({ name, owner: 'postfix', mode: 0o700 })),
  { name: 'trace', owner: 'postfix', mode: 0o700 },
  { name: 'maildrop', owner: 'postfix:postdrop', mode: 0o730 },
  { name: 'public', owner: 'postfix:postdrop', mode: 0o710 },
  { name: 'pid', owner: 'root', mode: 0o755 },
] as const;

/** https://www.postfix.org/postconf.5.html. It asks no name server and takes mail for unknown users. */
export const mainCf = (dir: string, { relay, mailbox }: MailHostOptions): string =>
  settings({
    compatibility_level: '3.6',
    queue_directory: `${dir}/queue`,
    data_directory: `${dir}/data`,
    maillog_file: `${dir}/log`,
    maillog_file_prefixes: tmpdir(),
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    disable_dns_lookups: 'yes',
    myhostname: 'mx.home.example',
    mydestination: 'home.example',
    mynetworks: '127.0.0.0/8',
    local_recipient_maps: '',
    alias_maps: '',
    mail_spool_directory: `${dir}/data`,
    recipient_delimiter: '+',
    transport_maps: `inline:{ ${relay.domain}=smtp:[127.0.0.1]:${relay.port} }`,
    virtual_mailbox_domains: mailbox.domain,
    virtual_mailbox_base: `${dir}/mail`,
    virtual_mailbox_maps: `inline:{ ${mailbox.local}@${mailbox.domain}=${mailbox.local}/ }`,
    virtual_uid_maps: 'static:65534',
    virtual_gid_maps: 'static:65534',
  });

/** https://www.postfix.org/master.5.html: the services that it takes to accept, deliver and bounce. */
export const masterCf = (port: number): string =>
  [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'qmgr unix n - n 300 1 qmgr',
    'cleanup unix n - n - 0 cleanup',
    'rewrite unix - - n - - trivial-rewrite',
    ...['bounce', 'defer', 'trace'].map((name) => `${name} unix - - n - 0 bounce`),
    ...['smtp', 'error', 'anvil', 'proxymap'].map((name) => `${name} unix - - n - - ${name}`),
    'retry unix - - n - - error',
    ...['local', 'virtual'].map((name) => `${name} unix - n n - - ${name}`),
    'postlog unix-dgram n - n - 1 postlogd',
    '',
  ].join('\n');

const settings = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
