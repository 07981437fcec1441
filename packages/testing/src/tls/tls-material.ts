import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startGuardian } from '../guardian.ts'
import { createAuthority, dnsName, type Issued, ipAddress, issueCertificate } from './issue-certificate.ts'
import type { Certificate, ServerTls } from './server-tls.ts'

/**
 * Certificates for tests, good ones and bad ones, as PEM text and as files. Each has a key of its own (ECDSA, P-256), and
 * serves as a server's and as a client's.
 */
export interface TlsMaterial extends ServerTls, AsyncDisposable {
  /** Signs `server`, `client`, `expired` and `misnamed`. */
  readonly ca: Certificate
  /** For localhost, 127.0.0.1 and ::1. */
  readonly server: Certificate
  /** For no host. */
  readonly client: Certificate
  /** Like `server`, until 2021. */
  readonly expired: Certificate
  /** Like `server`, for the host `elsewhere.test`. */
  readonly misnamed: Certificate
  /** Like `server`, signed by `foreignCa`. */
  readonly foreign: Certificate
  readonly foreignCa: Certificate
  /** Where the files are. */
  readonly folder: string
  /** Removes the files; may be called again. They are also removed when this process ends. */
  remove(): Promise<void>
}

const HERE = [dnsName('localhost'), ipAddress([127, 0, 0, 1]), ipAddress([...Array.from({ length: 15 }, () => 0), 1])]

/** Makes new certificates in a temporary folder. They are valid from 2020 to 2049, where nothing else is said. */
export async function tlsMaterial(): Promise<TlsMaterial> {
  const guardian = await startGuardian()
  const { folder } = guardian
  const ca = createAuthority('Redstart test CA')
  const foreignCa = createAuthority('Another test CA')
  const server = { name: 'localhost', hosts: HERE }
  const remove = async (): Promise<void> => await guardian.release()
  return {
    ca: await inFiles(folder, 'ca', ca),
    server: await inFiles(folder, 'server', issueCertificate(server, ca)),
    client: await inFiles(folder, 'client', issueCertificate({ name: 'client' }, ca)),
    expired: await inFiles(
      folder,
      'expired',
      issueCertificate({ ...server, valid: ['2020-01-01T00:00:00Z', '2020-12-31T23:59:59Z'] }, ca),
    ),
    misnamed: await inFiles(
      folder,
      'misnamed',
      issueCertificate({ name: 'elsewhere', hosts: [dnsName('elsewhere.test')] }, ca),
    ),
    foreign: await inFiles(folder, 'foreign', issueCertificate(server, foreignCa)),
    foreignCa: await inFiles(folder, 'foreign-ca', foreignCa),
    folder,
    remove,
    [Symbol.asyncDispose]: remove,
  }
}

async function inFiles(folder: string, name: string, { cert, key }: Issued): Promise<Certificate> {
  const certFile = join(folder, `${name}.crt`)
  const keyFile = join(folder, `${name}.key`)
  await writeFile(certFile, cert)
  await writeFile(keyFile, key, { mode: 0o600 })
  return { cert, key, certFile, keyFile }
}
