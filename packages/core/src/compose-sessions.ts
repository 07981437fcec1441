import { Buffer } from 'node:buffer'
import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Backend, StoreContext } from './backend.ts'
import { RedstartError } from './errors.ts'
import { clientNetwork } from './http/address/client-network.ts'
import { parseUserAgent } from './http/user-agent.ts'
import { ActivityLog } from './session/activity.ts'
import { Audit } from './session/audit.ts'
import type { Client } from './session/client.ts'
import type { DeviceRecord } from './session/core-record.ts'
import type { SessionEngine } from './session/engine.ts'
import { createKeyring, type Keyring } from './session/keyring.ts'
import { ImportPauses } from './session/import-pauses.ts'
import { Revocations } from './session/revocations.ts'
import { Watching } from './session/watching.ts'
import { KEY_FORMS, sealingKeys } from './session/sealing-keys.ts'
import { createSessions, type Sessions, type Who } from './session/sessions.ts'
import { resolveSessions } from './session/resolve-settings.ts'
import type { SessionOptions, SessionSettings } from './session/settings.ts'
import { StoreTime } from './session/store-time.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** What sessions are composed of. */
export interface ComposedOf<Data extends object> {
  readonly backend: Backend
  readonly context: StoreContext
  readonly telemetry: Telemetry
  readonly options: SessionOptions<Data>
  readonly keys: string | readonly string[] | undefined
  /** Milliseconds. */
  readonly deadline: number
}

/** Sessions, and how to end what they hold open. */
export interface ComposedSessions<Data extends object> {
  readonly sessions: Sessions<Data>
  close(): Promise<void>
}

/**
 * Puts sessions together. Their options are checked now; the store is opened, and keys are missed, at their first use.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option or a key that is not allowed.
 */
export function composeSessions<Data extends object>(parts: ComposedOf<Data>): ComposedSessions<Data> {
  const settings = resolveSessions(parts.options, parts.deadline)
  const given = parts.keys === undefined ? undefined : keysOf(parts.keys)
  const scope = { app: parts.context.app, namespace: settings.namespace }
  // Made now, so that a wrong one is told at the start.
  const ring = given && createKeyring(given, scope)
  let opened: SessionEngine | undefined
  let closed = false
  const engine = (): SessionEngine => {
    if (closed) throw new RedstartError('CLOSED', 'The instance was closed; create a new one')
    opened ??= openEngine(parts, settings, ring ?? createKeyring([keyOfProcess(parts.backend)], scope))
    return opened
  }
  return {
    sessions: createSessions<Data>({ engine, describe, formerCookie: settings.import?.cookie }),
    async close() {
      closed = true
      if (opened === undefined) return
      opened.watching.close()
      await opened.revocations.close()
      await opened.activity.flush()
      opened.audit.close()
      await opened.store.close()
    },
  }
}

function openEngine<Data extends object>(
  { backend, context, telemetry }: ComposedOf<Data>,
  settings: SessionSettings,
  keyring: Keyring,
): SessionEngine {
  if (backend.sessions === undefined)
    throw new RedstartError('UNSUPPORTED', `The backend ${backend.name} keeps no sessions; use redis() or memory()`)
  const { app, clock } = context
  const { namespace, deadline } = settings
  const store = backend.sessions(context, { namespace })
  if (settings.import !== undefined && store.former === undefined)
    throw new RedstartError(
      'UNSUPPORTED',
      `The backend ${backend.name} has no sessions of express-session to bring over (sessions.import); use redis()`,
    )
  const time = new StoreTime(store, clock)
  const activity = new ActivityLog(store, clock, deadline)
  return {
    store,
    settings,
    keyring,
    scope: { app, namespace },
    clock,
    time,
    audit: new Audit(telemetry, clock, namespace),
    activity,
    revocations: new Revocations({ store, time, clock, activity, timeout: deadline }),
    watching: new Watching(store, clock, deadline),
    importPauses: new ImportPauses(clock),
  }
}

function keysOf(keys: string | readonly string[]): readonly Uint8Array[] {
  const texts = typeof keys === 'string' ? keys.split(',').map((key) => key.trim()) : keys
  const read = Array.isArray(texts) ? sealingKeys(texts) : undefined
  if (read !== undefined) return read
  throw new RedstartError('INVALID_ARGUMENT', `keys holds something that is no sealing key; expected ${KEY_FORMS}`)
}

/** Sessions in memory end with the process anyway, and so may their key; but nobody should find that out in production. */
function keyOfProcess({ name }: Backend): Uint8Array {
  if (name === 'memory' && process.env['NODE_ENV'] !== 'production') return randomBytes(32)
  throw new RedstartError(
    'NO_KEYS',
    'Sessions are sealed, and there is no key for it: set REDSTART_KEYS to what `openssl rand -base64 32` prints, the same for all processes, and give it to createRedstart as keys',
  )
}

/** What a request says of its client; worked out where it is asked for, which for most requests is never. */
function describe({ keyring }: SessionEngine, who: Who): Client {
  return new DescribedClient(keyring, who)
}

class DescribedClient implements Client {
  readonly #keyring: Keyring
  readonly #who: Who
  #device: DeviceRecord | undefined

  constructor(keyring: Keyring, who: Who) {
    this.#keyring = keyring
    this.#who = who
  }

  get address(): string | undefined {
    const network = clientNetwork(this.#who.ip)
    return network === undefined ? undefined : hashed(this.#keyring, network)
  }

  get device(): DeviceRecord {
    this.#device ??= deviceOf(this.#who.ip, this.#who.userAgent)
    return this.#device
  }
}

/** Of clients that were seen lately: most requests come from one of them. */
const devices = new LRUCache<string, DeviceRecord>({ max: 1000 })
const MOST_CHARACTERS = 1024

function deviceOf(ip: string | undefined, userAgent: string | undefined): DeviceRecord {
  const text = userAgent?.slice(0, MOST_CHARACTERS)
  const client = `${ip?.slice(0, MOST_CHARACTERS)}\n${text}`
  const known = devices.get(client)
  if (known !== undefined) return known
  const device = describedDevice(ip, text)
  devices.set(client, device)
  return device
}

function describedDevice(ip: string | undefined, text: string | undefined): DeviceRecord {
  const { device: kind, browser, os, osMajor } = parseUserAgent(text)
  const system = os === undefined ? [] : ['on', os, ...(osMajor === undefined ? [] : [osMajor])]
  const userAgent =
    browser === undefined && os === undefined ? undefined : [browser ?? 'A browser', ...system].join(' ')
  return { network: clientNetwork(ip), userAgent, kind }
}

/** No address is stored that could be read. */
function hashed({ first }: Keyring, network: string): string {
  return createHmac('sha256', first.forPurpose('client')).update(Buffer.from(network)).digest('base64url').slice(0, 22)
}
