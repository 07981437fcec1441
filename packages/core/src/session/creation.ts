import { RedstartError } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'
import type { Client } from './client.ts'
import { type CoreRecord, coreRecord } from './core-record.ts'
import { punctual, type SessionEngine } from './engine.ts'
import { checkSizes, sizesOf } from './field-sizes.ts'
import { SessionFields } from './fields.ts'
import { holdToLimit, limitOfScript, tooMany } from './limit.ts'
import type { MasterKey } from './keyring.ts'
import { type Live, noteUse } from './live.ts'
import { SealedRecord } from './sealed.ts'
import type { CreateRequest } from './session-store.ts'
import type { Lifetime, SessionSettings } from './settings.ts'
import { newToken, presentedBy, type Token } from './token.ts'

/** What a new record holds. */
export interface NewRecord {
  readonly userId: string | undefined
  readonly reason: 'anonymous' | 'login' | 'elevation' | 'import'
  readonly payloads: ReadonlyMap<string, OpenedPayload>
  readonly remember: boolean
  readonly methods: readonly string[]
  readonly roles: readonly string[]
  /** Of the data, where a process may know a newer one than this. */
  readonly version?: number | undefined
  /** Who signed in was found in the data. */
  readonly identified: boolean
  /** For how long, in ms, or until when, in place of what the settings say. */
  readonly age?: number | Date | undefined
  /** Without use, in ms, in place of what the settings say. */
  readonly idle?: number | undefined
  /** Of a user who has proved nothing by this: what is known of the last time. */
  readonly proof?: Proof | undefined
  /** Of a user: the key of its cookie. @default the first one */
  readonly key?: MasterKey | undefined
  /** The selector of the record that it goes on for, which has kept its place. */
  readonly placeOf?: string | undefined
  /** A selector that something was bound to before. */
  readonly planned?: Token | undefined
}

/** Of a session that nobody has signed in to. */
export const OF_NOBODY: Pick<NewRecord, 'userId' | 'reason' | 'methods' | 'roles' | 'identified'> = {
  userId: undefined,
  reason: 'anonymous',
  methods: [],
  roles: [],
  identified: false,
}

/** What is known of when and where a user proved who they are. */
type Proof = Pick<CoreRecord, 'authenticated' | 'stepUp' | 'device'>

/**
 * Stores a new record under a new selector and a new secret.
 *
 * @throws RedstartError `NOT_SIGNED_IN` where the place that it was to take was given up, `SESSION_LIMIT` where the user
 *   may have no more, `TOO_MANY_SESSIONS` where the client address has begun too many, `VALUE_TOO_LARGE`, or what the store
 *   rejects with.
 */
export async function createRecord(engine: SessionEngine, client: Client, made: NewRecord): Promise<Live> {
  checkSizes(sizesOf(made.payloads))
  if (made.userId === undefined && made.reason !== 'import') await admit(engine, client)
  for (let token = made.planned; ; token = undefined) {
    const created = await tryToCreate(
      engine,
      client,
      made,
      token ?? newToken(made.key ?? engine.keyring.first, made.userId),
    )
    if (created === undefined) continue
    const { live } = created
    const { address } = live.token
    if (address.kind === 'user' && made.userId !== undefined) await holdToLimit(engine, made.userId, address)
    // Nobody is told of one that is refused.
    tell(engine, made, address.sid, created)
    noteUse(engine, 'created', live)
    return live
  }
}

interface Created {
  readonly live: Live
  readonly evicted: readonly string[]
  readonly replicas: number | undefined
}

/** Undefined where the selector was taken, which happens once in 2^96 times. */
async function tryToCreate(
  engine: SessionEngine,
  client: Client,
  made: NewRecord,
  token: Token,
): Promise<Created | undefined> {
  const { settings, keyring, scope, store } = engine
  const { address } = token
  const sealed = new SealedRecord(keyring, scope, { sid: address.sid, key: token.key })
  const created = await engine.time.now(settings.deadline)
  const { idle, absolute } = lifetimeOf(settings, made, created)
  const version = Math.max(settings.version, made.version ?? 0)
  const core = coreOf(made, client, { created, absolute: created + absolute, version })
  const coreBytes = sealed.sealCore(core)
  const bytes = new Map<string, Uint8Array>()
  for (const [field, payload] of made.payloads) bytes.set(field, sealed.sealField(field, payload))
  const { verifier } = presentedBy(token)
  const isUsers = made.userId !== undefined
  const record: Omit<CreateRequest, 'until'> = {
    address,
    verifier,
    core: coreBytes,
    fields: bytes,
    idle,
    absolute: core.absolute,
    limit: isUsers ? limitOfScript(engine) : undefined,
    durability: isUsers ? settings.durability : undefined,
    placeOf: made.placeOf,
  }
  const reply = await punctual(engine, (until, timeout) => store.create({ until, ...record }, timeout))
  if (reply.kind === 'taken') return undefined
  if (reply.kind === 'rejected') throw tooMany(settings.limit.max)
  if (reply.kind === 'revoked') throw endedMeanwhile()
  const { evicted, replicas } = reply
  const fields = new SessionFields(sealed, bytes, () => undefined)
  for (const [field, payload] of made.payloads) fields.stored(field, bytes.get(field), payload)
  const live: Live = {
    token,
    sealed,
    core,
    coreBytes,
    fields,
    idle,
    touched: reply.now,
    rotated: reply.now,
    secret: 'current',
    offered: false,
    nextSecret: undefined,
  }
  return { live, evicted, replicas }
}

/** The session that should go on is not there any more. */
export function endedMeanwhile(): RedstartError {
  return new RedstartError('NOT_SIGNED_IN', 'The session has ended meanwhile; the user must sign in again')
}

function lifetimeOf(
  { remembered, lifetime }: SessionSettings,
  { remember, age, idle }: NewRecord,
  created: number,
): Lifetime {
  if (age !== undefined) {
    const ms = typeof age === 'number' ? age : Math.max(1, age.getTime() - created)
    return { idle: Math.min(idle ?? ms, ms), absolute: ms }
  }
  const lifetimes = remember ? remembered : lifetime
  return idle === undefined ? lifetimes : { idle, absolute: lifetimes.absolute }
}

function coreOf(
  { userId, reason, remember, methods, roles, identified, proof }: NewRecord,
  client: Client,
  { created, absolute, version }: Pick<CoreRecord, 'created' | 'absolute' | 'version'>,
): CoreRecord {
  // When the user of an imported one did so is not known.
  const proved = userId === undefined || reason === 'import' ? undefined : created
  const { authenticated, stepUp, device } = proof ?? { authenticated: proved, stepUp: false, device: client.device }
  return coreRecord({
    userId,
    created,
    absolute,
    authenticated,
    methods,
    roles,
    identified,
    remember,
    stepUp,
    version,
    device,
  })
}

async function admit({ settings, store }: SessionEngine, { address }: Client): Promise<void> {
  const { anonymousLimit, deadline } = settings
  if (anonymousLimit === undefined || address === undefined) return
  const { limit, window } = anonymousLimit
  if (await store.admit({ client: address, limit, window }, deadline)) return
  throw new RedstartError(
    'TOO_MANY_SESSIONS',
    `This client address began ${limit} sessions within ${window} ms; it must wait (sessions.anonymousLimit)`,
  )
}

function tell(
  { audit, activity }: SessionEngine,
  { userId, reason }: NewRecord,
  sid: string,
  { evicted, replicas }: Created,
): void {
  audit.tell({ type: 'session.created', sid, userId, reason, replicas })
  for (const gone of evicted) {
    audit.tell({ type: 'session.ended', sid: gone, userId, reason: 'evicted' })
    activity.note({ kind: 'ended', sid: gone })
  }
}
