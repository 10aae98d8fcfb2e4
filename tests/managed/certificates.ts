import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of PEM files. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes a certificate authority of its own in `dir`, and a certificate of it for this machine's loopback. */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]) => run('openssl', args);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const signing = ['-x509', '-days', '2', '-keyout', at('ca.key'), '-out', at('ca.pem')];
  await openssl('req', ...newKey, ...signing, '-subj', '/CN=An authority of a test');
  const request = ['-keyout', at('server.key'), '-out', at('server.csr')];
  await openssl('req', ...newKey, ...request, '-subj', '/CN=localhost');
  await writeFile(at('names'), 'subjectAltName = DNS:localhost, IP:127.0.0.1\n');
  const issue = ['-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
  await openssl('x509', '-req', '-days', '2', ...issue, '-extfile', at('names'), '-out', at('server.pem'));
  return { authority: at('ca.pem'), certificate: at('server.pem'), key: at('server.key') };
}
