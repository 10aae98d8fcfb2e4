import { type KeyObject, X509Certificate } from 'node:crypto';
import type { FetchPinned } from './fetch-pinned.ts';

/** A region has one or two certificates at a time. */
const MAX_KEPT = 100;
/** Whoever knows a topic can name certificates that do not exist: at most this many are requested at once. */
const MAX_PENDING = 8;

/** The certificates of SNS, by URL. */
export interface Certificates {
  /**
   * The public key of a certificate that is valid now. Undefined if SNS has no such certificate, or it is not
   * valid. Rejects if that cannot be known now.
   */
  keyOf(url: URL): Promise<KeyObject | undefined>;
}

/** `now`: ms since 1970 of wall time, because AWS uses wall time. */
export function createCertificates(fetchPinned: FetchPinned, now: () => number): Certificates {
  const kept = new Map<string, X509Certificate>();
  const pending = new Map<string, Promise<X509Certificate | undefined>>();

  const load = async (url: URL): Promise<X509Certificate | undefined> => {
    const { status, text } = await fetchPinned(url);
    if (status >= 500 || status === 429) throw new Error(`SNS answered ${status} for its certificate`);
    const certificate = status === 200 ? readCertificate(text) : undefined;
    if (certificate === undefined || !isValid(certificate, now())) return undefined;
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(url.href, certificate);
    return certificate;
  };

  const loadOnce = (url: URL): Promise<X509Certificate | undefined> => {
    const underWay = pending.get(url.href);
    if (underWay !== undefined) return underWay;
    if (pending.size >= MAX_PENDING) return Promise.reject(new Error('too many certificates are asked for'));
    const loading = load(url).finally(() => pending.delete(url.href));
    pending.set(url.href, loading);
    return loading;
  };

  return {
    async keyOf(url) {
      const certificate = kept.get(url.href) ?? (await loadOnce(url));
      return certificate !== undefined && isValid(certificate, now()) ? certificate.publicKey : undefined;
    },
  };
}

const isValid = ({ validFromDate, validToDate }: X509Certificate, now: number): boolean =>
  validFromDate.getTime() <= now && now <= validToDate.getTime();

/** Only RSA: both versions of the signature use it. */
function readCertificate(pem: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.publicKey.asymmetricKeyType === 'rsa' ? certificate : undefined;
  } catch {
    return undefined; // not a certificate
  }
}
