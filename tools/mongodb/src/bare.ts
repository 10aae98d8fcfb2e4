/** Whether a URI names one server by host and port alone, so that a test can put a proxy in front of it. */
export const isBare = (uri: string): boolean => /^mongodb:\/\/[\w.-]+:\d+\//.test(uri);
