/**
 * A throw-away certificate authority for tests, made with the `openssl` command in a folder that
 * the caller removes. Never part of the program: nothing outside test/ may import it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

export interface IssueOptions {
  /** Host names and IP addresses for the subject alternative name. */
  readonly names: readonly string[];
  /** Days of validity from `notBefore`; 30 when absent. */
  readonly days?: number;
  /** One hour ago when absent. */
  readonly notBefore?: Date;
  /** Signs itself instead of being signed by the authority. */
  readonly selfSigned?: boolean;
  /** The first name as common name, and no subject alternative name. */
  readonly commonNameOnly?: boolean;
}

export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  /** Where the same two lie, for servers that want files. */
  readonly certPath: string;
  readonly keyPath: string;
}

export interface TestCa {
  readonly caPem: string;
  readonly caPath: string;
  issue(options: IssueOptions): IssuedCertificate;
}

const dayMs = 86_400_000;

export interface TestCaOptions {
  /** What the authority calls itself, as openssl's `-subj`; `\\/` stands for a slash. */
  readonly subject?: string;
}

/** @param dir an existing, private folder; files are written below it */
export function createTestCa(dir: string, options: TestCaOptions = {}): TestCa {
  const caDir = join(dir, 'test-ca');
  mkdirSync(caDir, { recursive: true });
  const caPath = join(caDir, 'ca.pem');
  const caKeyPath = join(caDir, 'ca.key');
  writeFileSync(join(caDir, 'index.txt'), '');
  writeFileSync(join(caDir, 'serial'), '1000\n');
  createKey(caKeyPath);
  // biome-ignore format: one openssl option a line is harder to read
  openssl(['req', '-x509', '-new', '-key', caKeyPath, '-out', caPath, '-days', '3650',
    '-subj', options.subject ?? '/CN=Letterlock Test Authority',
    '-addext', 'basicConstraints=critical,CA:TRUE',
    '-addext', 'keyUsage=critical,keyCertSign,cRLSign']);
  let count = 0;
  return {
    caPem: readFileSync(caPath, 'utf8'),
    caPath,
    issue: (options) => {
      count += 1;
      return issueCertificate({ caDir, caPath, caKeyPath, serial: count }, options);
    },
  };
}

interface CaFiles {
  readonly caDir: string;
  readonly caPath: string;
  readonly caKeyPath: string;
  readonly serial: number;
}

function issueCertificate(ca: CaFiles, options: IssueOptions): IssuedCertificate {
  const base = join(ca.caDir, `leaf-${ca.serial}`);
  const keyPath = `${base}.key`;
  const certPath = `${base}.pem`;
  const configPath = `${base}.cnf`;
  const csrPath = `${base}.csr`;
  writeFileSync(configPath, config(ca, options.commonNameOnly ? [] : options.names));
  createKey(keyPath);
  const subject = `/CN=${options.names[0] ?? 'nobody'}`;
  openssl(['req', '-new', '-key', keyPath, '-out', csrPath, '-subj', subject]);
  const notBefore = options.notBefore ?? new Date(Date.now() - 3_600_000);
  const notAfter = new Date(notBefore.getTime() + (options.days ?? 30) * dayMs);
  const signer = options.selfSigned
    ? ['-selfsign', '-keyfile', keyPath]
    : ['-keyfile', ca.caKeyPath, '-cert', ca.caPath];
  // biome-ignore format: one openssl option a line is harder to read
  openssl(['ca', '-batch', '-notext', '-config', configPath, ...signer, '-in', csrPath,
    '-out', certPath, '-startdate', asn1Time(notBefore), '-enddate', asn1Time(notAfter)]);
  return {
    certPem: readFileSync(certPath, 'utf8'),
    keyPem: readFileSync(keyPath, 'utf8'),
    certPath,
    keyPath,
  };
}

function config(ca: CaFiles, names: readonly string[]): string {
  const altNames = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',');
  return `[ca]
default_ca = test
[test]
database = ${join(ca.caDir, 'index.txt')}
serial = ${join(ca.caDir, 'serial')}
new_certs_dir = ${ca.caDir}
default_md = sha256
unique_subject = no
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
${altNames && `subjectAltName = ${altNames}`}
`;
}

function createKey(path: string): void {
  openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', path]);
}

/** `YYYYMMDDHHMMSSZ`, as `openssl ca` wants it. */
function asn1Time(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}
