import { ConfigError } from './load-config.ts';

/** A URL of the environment, and the user and password that may be given beside it. */
export interface ServiceUrlOptions {
  /** Its variable, such as `SMTP_URL`. */
  readonly name: string;
  readonly url: string;
  /** Without the colon. */
  readonly schemes: readonly string[];
  /** What a right one looks like. */
  readonly example: string;
  /** Whether it may have a path. */
  readonly path?: boolean;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The variables of the user and the password. */
  readonly credentials: readonly [username: string, password: string];
}

/**
 * The URL, with the user and password that are given beside it in their place. There they may hold any
 * character; one that is written into the URL as it is makes another URL of it, which can look right:
 * `smtp://user:12#3@host` is the host `user`. Throws a `ConfigError` for what cannot be meant, which names
 * the variable and what to do and shows nothing of the URL.
 */
export function serviceUrl(options: ServiceUrlOptions): string {
  const { name, username, password, credentials } = options;
  const text = options.url.trim();
  const url = URL.parse(text);
  const fault = faultOf(text, url, options);
  if (url === null || fault !== undefined)
    throw new ConfigError([
      `${name} is not right: it ${fault} (its value is not shown); expected ${options.example}. ` +
        `${remedy(credentials)}`,
    ]);
  if (password !== undefined && username === undefined && url.username === '')
    throw new ConfigError([`${credentials[1]} is set, but no user: set ${credentials[0]}`]);
  if (username === undefined && password === undefined) return text;
  // The setters of a URL leave `%` as it is.
  if (username !== undefined) url.username = encodeURIComponent(username);
  if (password !== undefined) url.password = encodeURIComponent(password);
  return url.href;
}

const remedy = ([username, password]: ServiceUrlOptions['credentials']): string =>
  'If the user or password has one of # / ? % @ in it, percent-encode it (%23 %2F %3F %25 %40), ' +
  `or leave both out of the URL and set ${username} and ${password}, as they are`;

function faultOf(text: string, url: URL | null, { schemes, path }: ServiceUrlOptions): string | undefined {
  if (url === null) return 'is no URL';
  if (!schemes.includes(url.protocol.slice(0, -1)))
    return `does not begin with ${schemes.join(':// or ')}://`;
  if (url.hostname === '') return 'names no host';
  if (text.includes('#')) return 'has a #';
  if (`${url.pathname}${url.search}`.includes('@')) return 'has an @ after its host';
  if (path !== true && url.pathname !== '' && url.pathname !== '/') return 'has a path';
  if (![url.username, url.password, url.pathname].every(isEncoded)) return 'has a % that encodes nothing';
  return undefined;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false; // a URIError says just that
  }
}
