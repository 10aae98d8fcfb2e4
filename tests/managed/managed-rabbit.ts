import { freePort } from '@herald/harness';
import type { RabbitNode } from '@herald/rabbitmq-server';
import type { Certificates } from './certificates.ts';

/** A broker as a vendor manages it: TLS only, a virtual host, and a user whose password has any characters. */
export interface ManagedRabbit {
  readonly url: string;
  /** The variables of a process that uses it. */
  readonly env: Readonly<Record<string, string>>;
}

const USER = { name: 'herald@home', password: 'p@ss/w#rd:%41' };
const VHOST = 'campaigns';

/** Opens a TLS listener on a running node, and makes the virtual host and its user. */
export async function manage(node: RabbitNode, certificates: Certificates): Promise<ManagedRabbit> {
  const port = await freePort();
  const { authority, certificate, key } = certificates;
  const text = (value: string): string => `<<"${value}">>`;
  const files = `{cacertfile, "${authority}"}, {certfile, "${certificate}"}, {keyfile, "${key}"}`;
  const [user, vhost, actor] = [text(USER.name), text(VHOST), text('test')];
  await node.ctl([
    'eval',
    [
      `rabbit_vhost:add(${vhost}, ${actor})`,
      `rabbit_auth_backend_internal:add_user(${user}, ${text(USER.password)}, ${actor})`,
      `rabbit_auth_backend_internal:set_permissions(${user}, ${vhost}, ${['.*', '.*', '.*'].map(text)}, ${actor})`,
      `rabbit_networking:start_ssl_listener({"127.0.0.1", ${port}, inet}, [${files}, {versions, ['tlsv1.3', 'tlsv1.2']}], 2).`,
    ].join(', '),
  ]);
  return {
    url: `amqps://localhost:${port}/${VHOST}`,
    env: {
      AMQP_URL: `amqps://localhost:${port}/${VHOST}`,
      AMQP_USERNAME: USER.name,
      AMQP_PASSWORD: USER.password,
      NODE_EXTRA_CA_CERTS: authority,
    },
  };
}
