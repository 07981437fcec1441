import { type Duration, milliseconds } from '../duration.ts'
import { checkMembers, checkObject, RedstartError } from '../errors.ts'
import { membersOf } from '../members.ts'
import { ActiveSession } from './active-session.ts'
import type { Client } from './client.ts'
import { type CookieChange, cookieOf } from './cookie-change.ts'
import type { SessionEngine } from './engine.ts'
import { type Introspection, introspect } from './introspection.ts'
import { importSession, isFormer } from './import.ts'
import { isOutage, oneToken, type OpenHow, type Opening, openSession } from './opening.ts'
import { FreshRequest, OpenedRequest, type RequestSession, sessionOf } from './request-session.ts'
import { type Session, SessionObject } from './session-object.ts'
import type { StoredStatistics } from './session-store.ts'
import type { SessionData } from './settings.ts'
import { checkRemember, type LogInOptions } from './log-in-options.ts'
import { signIn } from './sign-in.ts'
import { checkUserId } from './user-id.ts'
import { UserSessions } from './user-sessions.ts'
import { DataView } from './view.ts'

/** Who makes a request; what is not known is left out. */
export interface Who {
  /** The client's address, as a trusted proxy or the socket tells it. */
  readonly ip?: string | undefined
  /** The header of that name. */
  readonly userAgent?: string | undefined
}

/** A session that an application begins by itself. */
export interface CreateSessionOptions<Data extends object> extends Who, LogInOptions {
  /** Text of at most 256 bytes, or a whole number. */
  readonly userId: string | number
  /** What is in it from the start. @default nothing */
  readonly data?: Partial<Data>
}

/** The sessions of one namespace. Whatever is called first makes its keys; without any it is a `NO_KEYS` error. */
export interface Sessions<Data extends object = SessionData> {
  /**
   * Begins the session of a user, for whoever sends the cookie by other means than a middleware.
   *
   * @throws RedstartError as with `session.login()`.
   */
  create(options: CreateSessionOptions<Data>): Promise<CreatedSession<Data>>
  /**
   * The session that a cookie names; undefined for none. It is a use of it; `session.save()` stores what is changed.
   *
   * @throws RedstartError what the store rejects with.
   */
  get(cookie: string, who?: Who): Promise<Session<Data> | undefined>
  /** What a cookie stands for, for gateways and workers: changes nothing, and is no use of the session. */
  introspect(cookie: string): Promise<Introspection>
  /** All sessions of a user. @throws RedstartError `INVALID_ARGUMENT` for what is no user id. */
  user(userId: string | number): UserSessions
  /** How many there are, by what was noted of them. @default within '15m' */
  statistics(options?: { readonly within?: Duration }): Promise<StoredStatistics>
  /**
   * The session of one request, for adapters.
   *
   * @param cookies the values of the cookie, all of them.
   * @param how.former the values of {@link Sessions.formerCookie}.
   */
  open(cookies: readonly string[], who: Who, how?: OpenRequest): Promise<RequestSession<Data>>
  /** The same for a request that brought none of the cookies: at once, and at hardly any cost unless it is looked at. */
  openNew(who: Who, how?: Pick<OpenRequest, 'checkCookie'>): RequestSession<Data>
  /**
   * For whom the values of the cookie were sealed; undefined for none of ours, and for two. Nobody is asked: whether the
   * session is still there it does not say, so it may send somebody away, and lets nobody in.
   */
  sealedFor(cookies: readonly string[]): 'user' | 'visitor' | undefined
  /** The name of the cookie whose sessions are brought over; undefined where none are. */
  readonly formerCookie: string | undefined
}

export interface CreatedSession<Data extends object> {
  readonly session: Session<Data>
  readonly cookie: Extract<CookieChange, { kind: 'set' }>
}

/** How the session of a request is opened. */
export interface OpenRequest extends Partial<OpenHow> {
  readonly former?: readonly string[]
  /** Throws where no cookie can be set on this connection: nothing is stored then that needs one. @default it can */
  readonly checkCookie?: () => void
}

/** What a manager is made with. */
export interface SessionsParts {
  /** Made at the first use. */
  readonly engine: () => SessionEngine
  /** What a request says of its client. */
  readonly describe: (engine: SessionEngine, who: Who) => Client
  readonly formerCookie: string | undefined
}

export function createSessions<Data extends object>({
  engine: engineOf,
  describe,
  formerCookie,
}: SessionsParts): Sessions<Data> {
  async function open(cookies: readonly string[], who: Who, how: OpenRequest = {}): Promise<ActiveSession> {
    const engine = engineOf()
    const client = describe(engine, who)
    const { readOnly = false, touch = true, former = [] } = how
    const own = await openSession(engine, cookies, client, { readOnly, touch })
    const opening = own.kind === 'none' && !readOnly ? await imported(engine, former, client) : own
    if (opening.kind === 'unavailable' && engine.settings.unavailable === 'throw') throw opening.error
    return made(engine, client, opening, how)
  }
  return {
    async create(options) {
      checkObject('the options of sessions.create', options)
      checkMembers('the options of sessions.create', options, CREATE)
      checkRemember(options.remember)
      const { userId, data = {}, ip, userAgent, ...how } = options
      const checked = checkUserId(userId)
      const active = await open([], { ip, userAgent })
      Object.assign(active.view?.object ?? {}, data)
      await active.steps.run(() => signIn(active, checked, how))
      const { live } = active
      const cookie = live && cookieOf(live.token, live.core, live.core.created)
      if (cookie?.kind !== 'set') throw new TypeError('a session without a cookie was created')
      return { session: sessionOf<Data>(active), cookie }
    },
    async get(cookie, who = {}) {
      checkObject('the second argument of sessions.get', who)
      checkMembers('the second argument of sessions.get', who, WHO)
      const active = await open([cookie], who)
      return active.live === undefined ? undefined : sessionOf<Data>(active)
    },
    formerCookie,
    introspect: async (cookie) => introspect(engineOf(), cookie),
    user: (userId) => new UserSessions(engineOf(), checkUserId(userId)),
    async statistics(options = {}) {
      checkObject('the options of sessions.statistics', options)
      checkMembers('the options of sessions.statistics', options, STATISTICS)
      const { within = '15m' } = options
      const { store, settings, activity } = engineOf()
      await activity.flush()
      return store.statistics({ within: milliseconds(within, 'within', 1) }, settings.deadline)
    },
    async open(cookies, who, how) {
      const active = await open(cookies, who, how)
      return new OpenedRequest<Data>(active, isFormer(active.engine, how?.former ?? []))
    },
    openNew(who, how = {}) {
      const engine = engineOf()
      return new FreshRequest<Data>(() => made(engine, describe(engine, who), NO_SESSION, how))
    },
    sealedFor(cookies) {
      const token = oneToken(engineOf(), cookies)
      return token && (token.address.kind === 'user' ? 'user' : 'visitor')
    },
  }
}

const NO_SESSION: Opening = { kind: 'none' }

const WHO = membersOf<Who>({ ip: true, userAgent: true })
const CREATE = membersOf<CreateSessionOptions<SessionData>>({
  ...{ userId: true, data: true, ip: true, userAgent: true },
  ...{ methods: true, roles: true, remember: true },
})
const STATISTICS: ReadonlySet<string> = new Set(['within'])

/** The former cookie counts where the own one says nothing. */
async function imported(engine: SessionEngine, former: readonly string[], client: Client): Promise<Opening> {
  try {
    const isReserved = (field: string): boolean => field in SessionObject.prototype
    return (await importSession(engine, former, client, isReserved)) ?? { kind: 'none' }
  } catch (error) {
    if (!RedstartError.is(error) || !isOutage(error)) throw error
    return { kind: 'unavailable', token: undefined, error, mute: true }
  }
}

function made(
  engine: SessionEngine,
  client: Client,
  opening: Opening,
  { checkCookie }: Pick<OpenRequest, 'checkCookie'>,
): ActiveSession {
  const active = new ActiveSession(engine, client, opening, makeView)
  if (checkCookie !== undefined) active.checkCookie = checkCookie
  return active
}

function makeView(active: ActiveSession): DataView {
  return new DataView(new SessionObject(active), () => active.live?.fields)
}
