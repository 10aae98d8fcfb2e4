/** `path` under the public address of the API, whether or not that address ends in a slash. */
export const publicLink = (publicUrl: string, path: string): string =>
  `${publicUrl.replace(/\/+$/, '')}${path}`;
