import { createRequire } from 'node:module';

interface GithubExample {
  /** The value of the header X-GitHub-Event. */
  readonly name: string;
  readonly examples: readonly unknown[];
}

// Its type declarations are those of an ES module, which it is not: an import would give the wrong one.
const require = createRequire(import.meta.url);

/** Payloads of every kind of webhook that GitHub sends. */
export const githubExamples: readonly GithubExample[] = require('@octokit/webhooks-examples');
