const MAX_URL = 2_000;

/**
 * Why a webhook cannot go to a URL, or undefined. It must be absolute, at https or http, without a name or
 * password. Whether the installation allows http, and the host, is checked at each call.
 */
export function webhookUrlFault(url: string): string | undefined {
  if (url.length > MAX_URL) return `is longer than ${MAX_URL} characters`;
  const { protocol, username, password } = URL.parse(url) ?? {};
  if (protocol !== 'https:' && protocol !== 'http:') return 'must be a URL such as https://crm.example/hook';
  if (username !== '' || password !== '') return 'must not have a name or password: webhooks are signed';
  return undefined;
}
