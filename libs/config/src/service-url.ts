import { ConfigError } from './load-config.ts';

/** A URL from the environment, and the user and password that may be set beside it. */
export interface ServiceUrlOptions {
  /** The variable of the URL, such as `SMTP_URL`. */
  readonly name: string;
  readonly url: string;
  /** Without the colon. */
  readonly schemes: readonly string[];
  /** A correct one. */
  readonly example: string;
  /** Whether it may have a path. */
  readonly path?: boolean;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The variables of user and password. */
  readonly credentials: readonly [username: string, password: string];
}

/**
 * The URL, with the user and password that are set beside it in place of its own. Set beside it, they may
 * hold any character. Written into the URL unencoded, some characters give another URL that still looks
 * right: the host of `smtp://user:12#3@host` is `user`. Throws a `ConfigError` for such URLs. It names the
 * variable and the remedy, and shows nothing of the URL.
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
  // The setters of a URL do not encode `%`.
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
    return false; // a URIError means exactly that
  }
}
