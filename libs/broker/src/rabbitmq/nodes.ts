import type { ChannelModel } from 'amqplib';
import { dial, isLastingFault } from './dial.ts';

/** ms that a node may take to answer: a single one, and each of several. */
const ALONE = 10_000;
const ONE_OF_SEVERAL = 4000;

/** The nodes of a RabbitMQ cluster, or the only one. */
export interface Nodes {
  /**
   * Connects to the first node that answers, with a name for RabbitMQ's tools. Each call begins with the
   * node after the last one tried. Rejects with the last node's error if none answers, and at once with a
   * lasting fault (wrong credentials), which is the same on every node.
   */
  connect(name: string, patience?: number): Promise<ChannelModel>;
}

/** `fault` hears of each node that does not answer while others may. */
export function createNodes(
  url: string,
  { fault = () => {}, random = Math.random }: { fault?: (error: Error) => void; random?: () => number } = {},
): Nodes {
  const urls = nodeUrls(url);
  // Processes that start together must not all take the first.
  let next = Math.floor(random() * urls.length);
  const usual = urls.length === 1 ? ALONE : ONE_OF_SEVERAL;

  return {
    async connect(name, patience = usual) {
      for (let left = urls.length; ; left -= 1) {
        const node = urls[next % urls.length] ?? url;
        next += 1;
        try {
          return await dial(node, name, patience);
        } catch (error) {
          if (left <= 1 || isLastingFault(error)) throw error;
          const why = error instanceof Error ? error.message : String(error);
          fault(new Error(`${hostOf(node)} does not answer, trying the next node: ${why}`));
        }
      }
    },
  };
}

/**
 * The URL of each node. Several are written as one URL with several hosts
 * (`amqp://user:password@a:5672,b:5672/vhost`) or as several URLs, with commas between. Does not check them.
 */
export const nodeUrls = (url: string): string[] => url.trim().split(BETWEEN_URLS).flatMap(hostByHost);

/** A user or password cannot contain `://`, as it would end the URL's host. */
const BETWEEN_URLS = /\s*,\s*(?=[a-z]+:\/\/)/i;
const PARTS = /^(?<scheme>[a-z]+:\/\/)(?<credentials>[^/?#]*@)?(?<hosts>[^/?#]*)(?<rest>.*)$/is;

function hostByHost(url: string): string[] {
  const parts = PARTS.exec(url)?.groups;
  if (parts?.hosts === undefined) return [url];
  const { scheme = '', credentials = '', hosts, rest = '' } = parts;
  return hosts.split(',').map((host) => `${scheme}${credentials}${host.trim()}${rest}`);
}

const hostOf = (url: string): string => URL.parse(url)?.host ?? 'A node';
