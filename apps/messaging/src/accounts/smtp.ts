import { isIP } from 'node:net';
import type { SmtpAccount } from '@herald/contracts';
import type { Fault } from '@herald/http';
import { createConnectSocket } from '@herald/outbound';
import { Type } from 'typebox';
import { createSmtpProvider } from '../channels/email/smtp/smtp-provider.ts';
import type { AccountKind } from './kind.ts';
import { SecretField } from './secret-field.ts';

/** Where mail is submitted (RFC 6409, RFC 8314), relayed (RFC 5321), and what providers offer beside. */
const PORTS = [25, 465, 587, 2525];
const IMPLICIT = 465;
/** ms of wall time. */
const REACH = 15_000;
const HOSTNAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const tlsOf = ({ tls, port }: SmtpAccount) => tls ?? (port === IMPLICIT ? 'implicit' : 'starttls');

export const smtpAccount: AccountKind<SmtpAccount> = {
  channels: ['email'],
  fields: {
    host: Type.Optional(Type.String({ maxLength: 253, description: 'of a mail server: smtp.acme.example' })),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: 'Default: 465 for implicit TLS, else 587' }),
    ),
    tls: Type.Optional(
      Type.Enum(['starttls', 'implicit', 'none'], {
        description:
          'Default: implicit on port 465, else starttls, which is required of the server. none is only for ' +
          'networks that the installation allows (SMTP_ALLOW)',
      }),
    ),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
    password: SecretField({ description: 'of the mail server' }),
    connections: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 20, description: 'held open at once by a replica. Default: 5' }),
    ),
  },
  required: ['host'],
  secrets: ['password'],
  faults(account, { mailServers, hasOwnNetworks }) {
    const { host, port, username, password } = account;
    const faults: Fault[] = [];
    const wrong = (path: string, message: string): void => void faults.push({ path, message });
    if (isIP(host) === 0 && !HOSTNAME.test(host))
      wrong('/host', 'must be the name of a mail server, such as smtp.acme.example');
    else if (isIP(host) !== 0 && !mailServers.isAllowed(host))
      wrong('/host', 'must not be an address that is not public (the installation can allow: SMTP_ALLOW)');
    if (port !== undefined && !hasOwnNetworks && !PORTS.includes(port))
      wrong('/port', `must be one of ${PORTS.join(', ')}`);
    if (tlsOf(account) === 'none' && !hasOwnNetworks)
      wrong('/tls', 'must be starttls or implicit: mail to a public server is encrypted');
    if ((username === undefined) !== (password === undefined))
      wrong(
        username === undefined ? '/username' : '/password',
        'must be given: user and password go together',
      );
    return faults;
  },
  create(account, { secret, timeout, mailServers }) {
    const tls = tlsOf(account);
    const { host, port = tls === 'implicit' ? IMPLICIT : 587, username, password, connections } = account;
    const connect = createConnectSocket({
      allowed: mailServers,
      ports: PORTS,
      timeout: Math.min(REACH, timeout),
    });
    return [
      createSmtpProvider({
        server: {
          host,
          port,
          tls,
          ...(username !== undefined &&
            password !== undefined && { auth: { user: username, pass: secret(password) } }),
          connect: () => connect({ host, port, plain: tls === 'none' }),
        },
        timeout,
        connections,
      }),
    ];
  },
};
