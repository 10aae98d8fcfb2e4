import { ConnectionString } from 'mongodb-connection-string-url';

/** The database that a connection string names; undefined if it names none. */
export function databaseIn(uri: string): string | undefined {
  const name = decodeURIComponent(new ConnectionString(uri).pathname.slice(1));
  return name === '' ? undefined : name;
}

/** Mechanisms by which the server asks somebody else, whatever database the string names. */
const EXTERNAL: ReadonlySet<string> = new Set(['GSSAPI', 'MONGODB-X509', 'MONGODB-AWS', 'MONGODB-OIDC']);

/**
 * The same connection string with another database. Everything else stays: hosts, `mongodb+srv`, credentials
 * as they are encoded, options, and where the credentials are looked up. The last is by default the
 * database in the string, else `admin`, so another database would change it: it is spelled out. Throws for
 * what is no connection string.
 * https://www.mongodb.com/docs/manual/reference/connection-string-options/#authentication-options
 */
export function withDatabase(uri: string, database: string): string {
  const url = new ConnectionString(uri);
  const mechanism = url.searchParams.get('authMechanism')?.toUpperCase() ?? '';
  if (url.username !== '' && !url.searchParams.has('authSource') && !EXTERNAL.has(mechanism)) {
    url.searchParams.set('authSource', databaseIn(uri) ?? (mechanism === 'PLAIN' ? '$external' : 'admin'));
  }
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.toString();
}

/** The connection string of one server with another host and port, reached directly; else as it is. */
export function withServer(uri: string, { host, port }: { host: string; port: number }): string {
  const url = new ConnectionString(uri);
  url.hosts = [`${host}:${port}`];
  // Else the driver would ask the server where it is, and go there.
  url.searchParams.set('directConnection', 'true');
  url.searchParams.delete('replicaSet');
  return url.toString();
}

/** The one server that a connection string names by host and port; undefined if it names several, or none. */
export function soleServer(uri: string): { host: string; port: number } | undefined {
  const { hosts, isSRV } = new ConnectionString(uri);
  const [only, ...more] = hosts;
  if (isSRV || only === undefined || more.length > 0) return undefined;
  const { hostname, port } = new URL(`http://${only}`);
  return { host: hostname, port: Number(port || 27_017) };
}

/** The connection string without user and password, for a person to read. */
export function withoutCredentials(uri: string): string {
  const url = new ConnectionString(uri);
  url.username = '';
  url.password = '';
  return url.toString();
}
