import type { ConnectionOptions } from 'node:tls'

/** A certificate with its private key, as PEM text, and the files that hold the same. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

/** What a server needs to speak TLS. */
export interface ServerTls {
  /** Who signs what the server trusts. */
  readonly ca: Pick<Certificate, 'cert' | 'certFile'>
  /** What the server shows. */
  readonly server: Certificate
  /** What `command` shows. */
  readonly client: Certificate
  /**
   * Whether a client without a certificate of the CA is turned away.
   * @default 'ignored'
   */
  readonly clientCertificates?: 'required' | 'optional' | 'ignored'
}

const AUTH_CLIENTS = { required: 'yes', optional: 'optional', ignored: 'no' }

/** Arguments for the server program: TLS on this port, and no other one. */
export function tlsArguments({ ca, server, clientCertificates = 'ignored' }: ServerTls, port: number): string[] {
  const ports = ['--port', '0', '--tls-port', String(port)]
  const files = [
    '--tls-cert-file',
    server.certFile,
    '--tls-key-file',
    server.keyFile,
    '--tls-ca-cert-file',
    ca.certFile,
  ]
  return [...ports, ...files, '--tls-auth-clients', AUTH_CLIENTS[clientCertificates]]
}

/** How `command` connects. */
export function tlsOfClient({ client }: ServerTls): ConnectionOptions {
  // The certificate may be a bad one on purpose; that the server is ours shows in its process id.
  return { cert: client.cert, key: client.key, rejectUnauthorized: false }
}
