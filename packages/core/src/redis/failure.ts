import { RedstartError } from '../errors.ts'

/**
 * Failures in our own words. An error of ioredis is never passed on, not even as `cause`: it carries the arguments of
 * its command, which may be a password or stored content.
 */

export function timedOut(timeout: number): RedstartError {
  return new RedstartError(
    'STORE_TIMEOUT',
    `Redis did not answer within ${timeout} ms; whether the call took effect is unknown`,
  )
}

/** @param reason why there is no connection; undefined where there is one that stays silent. */
export function stalled(reason?: string): RedstartError {
  const why = reason === undefined ? 'Redis has stopped answering' : `Redis cannot be reached: ${reason}`
  return new RedstartError('STORE_UNAVAILABLE', `${why}; calls fail at once until it answers a probe again`)
}

export function closed(): RedstartError {
  return new RedstartError('CLOSED', 'The store was closed; open a new one')
}

/** @param reason what the last attempt to connect ended with. */
export function unavailable(reason: string): RedstartError {
  return new RedstartError(
    'STORE_UNAVAILABLE',
    `Redis cannot be reached: ${reason}; it is tried again in the background`,
  )
}

/** Why a connection failed, for the message of {@link unavailable}. */
export function reasonOf(error: unknown): string {
  if (isReply(error)) return `it refused the connection with ${replyText(error.message)}`
  if (!(error instanceof Error)) return 'the connection failed'
  // An error for several addresses of one host has an empty message.
  return error.message || ('code' in error ? String(error.code) : error.name)
}

/**
 * What a rejected command means.
 *
 * @param viewKey named where a key of ours holds something else.
 */
export function failureOf(error: unknown, viewKey: string): RedstartError {
  if (RedstartError.is(error)) return error
  const redirection = redirectionOf(error)
  if (redirection !== undefined) return new Redirected(redirection)
  if (isReply(error, 'TRYAGAIN')) return new Divided()
  if (isReply(error))
    return new RedstartError(
      'STORE_FAILED',
      `Redis answered ${replyText(error.message)}${advice(error.message, viewKey)}`,
    )
  const message = error instanceof Error ? error.message : ''
  if (NOT_SENT.test(message)) return unavailable('the connection is closed')
  return lost()
}

/** A reply that will not come any more. */
export function lost(): RedstartError {
  return new RedstartError(
    'STORE_TIMEOUT',
    'The connection to Redis was lost before its reply came; whether the call took effect is unknown',
  )
}

/** A node of a Cluster did nothing, because the slot is another one's. */
export class Redirected extends RedstartError {
  readonly redirection: Redirection

  constructor(redirection: Redirection) {
    super(
      'STORE_FAILED',
      `Redis answered ${redirection.kind}: it is a node of a Cluster; give redis() a URL of redis+cluster: or the option cluster`,
    )
    this.redirection = redirection
  }
}

/** A node of a Cluster did nothing, because the slot is on its way to another one, and not all of its keys are in one. */
export class Divided extends RedstartError {
  constructor() {
    super('STORE_FAILED', 'Redis answered TRYAGAIN: a slot is on its way to another node of the Cluster')
  }
}

/** Where a node sends us instead. */
export interface Redirection {
  /** `MOVED` for good, `ASK` for this one call. */
  readonly kind: 'MOVED' | 'ASK'
  readonly slot: number
  /** Undefined where it is that of the node that answered. */
  readonly host: string | undefined
  readonly port: number
}

function redirectionOf(error: unknown): Redirection | undefined {
  if (!isReply(error)) return undefined
  const [, kind, slot, host, port] = /^(MOVED|ASK) (\d{1,5}) (.*):(\d{1,5})$/.exec(error.message) ?? []
  if (kind !== 'MOVED' && kind !== 'ASK') return undefined
  return { kind, slot: Number(slot), host: host === '' || host === '?' ? undefined : host, port: Number(port) }
}

/** True for an error that the server sent, with its first word. */
export function isReply(error: unknown, word?: string): error is Error {
  return (
    error instanceof Error &&
    error.name === 'ReplyError' &&
    (word === undefined || error.message.startsWith(`${word} `))
  )
}

/** What ioredis says where it has no connection to write to. */
const NOT_SENT = /^Stream isn't writeable|^Connection is closed/

/** The first word; more only of `ERR`, whose first word says nothing, and without the arguments that some quote. */
function replyText(message: string): string {
  const word = /^[A-Z]+/.exec(message)?.[0] ?? 'an error'
  return word === 'ERR' ? (message.split(/, with args| script: /)[0] ?? word).slice(0, 160) : word
}

function advice(message: string, viewKey: string): string {
  const word = /^[A-Z]+/.exec(message)?.[0] ?? ''
  if (word === 'WRONGTYPE' || word === 'FOREIGN')
    return `: the key ${viewKey} holds something that is not Redstart's; delete it or choose another app name`
  return ADVICE[word] ?? ''
}

const ADVICE: Readonly<Record<string, string>> = {
  OOM: ': its memory is full and its policy evicts nothing; raise maxmemory or choose an allkeys policy',
  READONLY: ': it is a replica now; the connection is made again',
  LOADING: ': it is still loading its data',
  NOPERM: ': the ACL user needs the commands and keys of the app, and its channel',
  NOAUTH: ': it wants a password',
  MISCONF: ': it stopped writing because it cannot save to its disk',
  BUSY: ': a script is blocking it',
  CLUSTERDOWN: ': a part of the Cluster has no master; it is tried again',
  CROSSSLOT: ': it is a node of a Cluster; give redis() a URL of redis+cluster: or the option cluster',
  NOREPLICAS: ': it takes no writes without a replica that follows it',
}
