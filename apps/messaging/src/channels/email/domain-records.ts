import { Resolver } from 'node:dns/promises';
import { type DkimKey, dnsNameOf, dnsRecordOf } from './dkim/read-keys.ts';
import { domainOf, upwards } from './mail-domain.ts';

/** A sender, as far as its domain's records in DNS go. */
interface SenderDomain {
  /** Address that mail is from. */
  readonly from: string;
  /** Domain of the envelope's sender, for which SPF is checked. */
  readonly returnDomain: string;
  readonly dkim: DkimKey | undefined;
}

/** Looks records up. */
export interface DomainRecords {
  /**
   * What is missing, each as a sentence. Empty if all is well. A name server that does not answer is no
   * reason: it rejects only if it is none at all.
   */
  missing(sender: SenderDomain): Promise<string[]>;
  /** Ends lookups under way. */
  cancel(): void;
}

/** ms for one attempt, and how many there are. */
const PATIENCE = { timeout: 3_000, tries: 2 };

/** `servers`: addresses with or without a port; empty: those of the system. */
export function createDomainRecords(servers: readonly string[]): DomainRecords {
  const resolver = new Resolver(PATIENCE);
  if (servers.length > 0) resolver.setServers(servers);

  /** Undefined: the name server did not say. */
  const texts = async (name: string): Promise<string[] | undefined> => {
    try {
      return (await resolver.resolveTxt(name)).map((strings) => strings.join(''));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENODATA' || code === 'ENOTFOUND' ? [] : undefined;
    }
  };

  const lacks = async (name: string, start: RegExp): Promise<boolean> =>
    (await texts(name))?.some((text) => start.test(text)) === false;

  /** A domain without a record of its own has that of a domain above it (RFC 7489, section 6.6.3). */
  const lacksDmarc = async (domain: string): Promise<boolean> => {
    for (const name of upwards(domain)) if (!(await lacks(`_dmarc.${name}`, /^v=DMARC1\b/i))) return false;
    return true;
  };

  const dkimFault = async (key: DkimKey): Promise<string | undefined> => {
    const name = dnsNameOf(key);
    const found = await texts(name);
    if (found === undefined) return undefined;
    const published = found.map((text) => /(?:^|;)\s*p\s*=([^;]*)/.exec(text)?.[1]?.replace(/\s/g, ''));
    if (published.every((value) => value === undefined)) return `DKIM: there is no key at ${name}`;
    const own = /p=(.*)$/.exec(dnsRecordOf(key))?.[1];
    return published.includes(own)
      ? undefined
      : `DKIM: the key at ${name} is another than the one that signs`;
  };

  return {
    cancel: () => resolver.cancel(),
    async missing({ from, returnDomain, dkim }) {
      const domain = domainOf(from);
      const [spf, fault, dmarc] = await Promise.all([
        lacks(returnDomain, /^v=spf1(?: |$)/i),
        dkim === undefined
          ? 'DKIM: Herald has no key for it, so only the mail server may sign'
          : dkimFault(dkim),
        lacksDmarc(domain),
      ]);
      return [
        spf && `SPF: there is no record v=spf1 at ${returnDomain}`,
        fault,
        dmarc && `DMARC: there is no record v=DMARC1 at _dmarc.${domain}`,
      ].filter((words) => typeof words === 'string');
    },
  };
}
