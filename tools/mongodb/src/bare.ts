/**
 * Whether a URI names one server by host and port and nothing else, so that a test can put a proxy before it.
 */
export const isBare = (uri: string): boolean => /^mongodb:\/\/[\w.-]+:\d+\//.test(uri);
