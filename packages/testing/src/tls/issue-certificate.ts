import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { bitString, element, integer, objectId, octetString, sequence, setOf, utcTime, utf8, yes } from './der.ts'

/** A certificate and its private key, as PEM text. */
export interface Issued {
  readonly cert: string
  readonly key: string
}

/** What can sign certificates. */
export interface Authority extends Issued {
  readonly name: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** What a certificate says. */
export interface Subject {
  readonly name: string
  /** Host names and addresses that it stands for, as DER of the names of RFC 5280, 4.2.1.6. */
  readonly hosts?: readonly Uint8Array[]
  /**
   * The first and the last second in which it is valid, as `YYYY-MM-DDThh:mm:ssZ`, 1950 to 2049.
   * @default 2020 to 2049
   */
  readonly valid?: readonly [from: string, to: string]
}

const ALWAYS = ['2020-01-01T00:00:00Z', '2049-12-31T23:59:59Z'] as const
/** ECDSA with SHA-256, RFC 5758. */
const SIGNED = sequence(objectId('1.2.840.10045.4.3.2'))

/** Makes a certificate authority that signs itself. */
export function createAuthority(name: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = { name, privateKey, publicKey }
  const extensions = [
    extension('2.5.29.19', sequence(yes()), 'critical'), // basicConstraints: a CA
    extension('2.5.29.15', bitString(Buffer.from([0x06]), 1), 'critical'), // keyUsage: keyCertSign, cRLSign
  ]
  return { ...issuer, ...certify({ name }, publicKey, privateKey, issuer, extensions) }
}

/** Makes a certificate for TLS, of a server and of a client alike (RFC 5280), with a key of its own. */
export function issueCertificate(subject: Subject, issuer: Authority): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const purposes = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'].map(objectId)
  const extensions = [
    extension('2.5.29.19', sequence(), 'critical'), // basicConstraints: no CA
    extension('2.5.29.15', bitString(Buffer.from([0x80]), 7), 'critical'), // keyUsage: digitalSignature
    extension('2.5.29.37', sequence(...purposes)), // extKeyUsage: serverAuth, clientAuth
    ...(subject.hosts ? [extension('2.5.29.17', sequence(...subject.hosts))] : []), // subjectAltName
  ]
  return certify(subject, publicKey, privateKey, issuer, extensions)
}

/** A host name as a certificate has it. */
export function dnsName(name: string): Buffer {
  return element(0x82, Buffer.from(name))
}

/** An address of 4 or 16 bytes as a certificate has it. */
export function ipAddress(bytes: readonly number[]): Buffer {
  return element(0x87, Buffer.from(bytes))
}

function certify(
  { name, valid = ALWAYS }: Subject,
  publicKey: KeyObject,
  privateKey: KeyObject,
  issuer: Pick<Authority, 'name' | 'privateKey' | 'publicKey'>,
  extensions: readonly Buffer[],
): Issued {
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))), // version 3
    integer(serialNumber()),
    SIGNED,
    commonName(issuer.name),
    sequence(...valid.map(utcTime)),
    commonName(name),
    spki(publicKey),
    element(0xa3, sequence(...extensions, ...keyIds(publicKey, issuer.publicKey))),
  )
  const certificate = sequence(body, SIGNED, bitString(sign('sha256', body, issuer.privateKey)))
  const text = certificate.toString('base64').replace(/.{1,64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${text}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** A positive number whose shortest form has 16 bytes. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  return Buffer.from([(bytes.readUInt8(0) & 0x7f) | 0x40, ...bytes.subarray(1)])
}

function commonName(name: string): Buffer {
  return sequence(setOf(sequence(objectId('2.5.4.3'), utf8(name))))
}

/** subjectKeyIdentifier and authorityKeyIdentifier: which key was signed, and with which. */
function keyIds(own: KeyObject, issuer: KeyObject): Buffer[] {
  return [
    extension('2.5.29.14', octetString(keyId(own))),
    extension('2.5.29.35', sequence(element(0x80, keyId(issuer)))),
  ]
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha256').update(spki(key)).digest().subarray(0, 20)
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

function extension(id: string, value: Uint8Array, critical?: 'critical'): Buffer {
  return sequence(objectId(id), ...(critical ? [yes()] : []), octetString(value))
}
