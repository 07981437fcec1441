import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'vitest'
import {
  createRedstart,
  type Backend,
  type RedstartEvent,
  type RedstartOptions,
  type RequestSession,
  type Session,
  type SessionOptions,
  type Sessions,
} from '../../src/index.ts'

/** A sealing key, the same for the same number. */
export function key(n: number): string {
  return Buffer.alloc(32, n).toString('base64')
}

/** What a test says of its instance; all else has a default. */
export interface Opening extends Omit<RedstartOptions, 'backend' | 'sessions'> {
  readonly sessions?: SessionOptions
}

/** An instance over a backend, in an app that no other test uses unless one is named. */
export interface Opened {
  readonly app: string
  readonly sessions: Sessions
  readonly told: readonly RedstartEvent[]
  of<Type extends RedstartEvent['type']>(type: Type): Extract<RedstartEvent, { type: Type }>[]
  /** One that keeps what it is given. */
  browser(): Browser
  close(): Promise<void>
}

const secrets = new Set<string>()
const tellings: string[] = []
const open: Opened[] = []

export function openInstance(backend: Backend, { sessions, ...rest }: Opening = {}): Opened {
  const app = rest.app ?? `app${randomBytes(6).toString('hex')}`
  const log = (fields: object, message: string): void =>
    void tellings.push(`${message} ${inspect(fields, { depth: 9 })}`)
  const logger = { debug: log, info: log, warn: log, error: log }
  // A busy machine is no outage.
  const redstart = createRedstart({
    deadline: '10s',
    keys: key(1),
    logger,
    ...rest,
    app,
    backend,
    sessions: sessions ?? {},
  })
  const told: RedstartEvent[] = []
  redstart.events.subscribe((event) => {
    told.push(event)
    tellings.push(inspect(event, { depth: 9 }))
  })
  const of: Opened['of'] = (type) =>
    told.filter((event): event is Extract<RedstartEvent, { type: typeof type }> => event.type === type)
  const opened: Opened = {
    ...{ app, sessions: redstart.sessions, told, of },
    browser: () => new Browser(redstart.sessions),
    close: async () => await redstart.close(),
  }
  open.push(opened)
  return opened
}

/** Ends what the tests opened; nothing of a secret may have been told by then. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map(async (opened) => await opened.close()))
  const all = tellings.splice(0).join('\n')
  const known = [...secrets]
  secrets.clear()
  for (const secret of known) if (all.includes(secret)) expect.fail(`${secret} was told`)
}

/** Nobody may be told this. */
export function keepSecret(text: string): void {
  secrets.add(text)
}

/** What came of a request. */
export interface Answer<T> {
  readonly value: T
  readonly userId: string | undefined
  readonly refused: RequestSession['refused']
  readonly cookie: RequestSession['cookie']
}

type Handler<T> = (session: Session, request: RequestSession) => T | Promise<T>

/** A browser, and what an adapter does around a handler. */
export class Browser {
  cookie: string | undefined
  who: { ip?: string; userAgent?: string } = {}
  readonly #sessions: Sessions

  constructor(sessions: Sessions) {
    this.#sessions = sessions
  }

  /** Another tab, or another process' answer: it has this one's cookie, and what it is given is its own. */
  copy(sessions: Sessions = this.#sessions): Browser {
    const copy = new Browser(sessions)
    copy.cookie = this.cookie
    copy.who = this.who
    return copy
  }

  /** A request and its response. */
  async request<T>(handler: Handler<T>): Promise<Answer<T>> {
    const answer = await this.send(handler)
    this.receive(answer)
    return answer
  }

  /** A request whose response is on its way. */
  async send<T>(handler: Handler<T>): Promise<Answer<T>> {
    const request = await this.#sessions.open(this.cookie === undefined ? [] : [this.cookie], this.who)
    const { session } = request
    if (session === undefined) throw new Error('there is no session')
    const value = await handler(session, request)
    if (request.pending) await request.commit()
    const { cookie, refused } = request
    if (cookie?.kind === 'set') for (const part of cookie.value.split('.').filter(isSecret)) keepSecret(part)
    return { value, userId: request.session?.userId, refused, cookie }
  }

  receive({ cookie }: Pick<Answer<unknown>, 'cookie'>): void {
    if (cookie?.kind === 'set') this.cookie = cookie.value
    if (cookie?.kind === 'clear') this.cookie = undefined
  }

  login(userId: string | number, options?: Parameters<Session['login']>[1]): Promise<Answer<void>> {
    return this.request(async (session) => await session.login(userId, options))
  }

  /** Who it is taken for. */
  async userId(): Promise<string | undefined> {
    return (await this.request((session) => session.userId)).value
  }

  read(field: string): Promise<unknown> {
    return this.request((session) => session[field]).then(({ value }) => value)
  }
}

/** Not the version, and not the selector, which stands second of four or third of five parts. */
function isSecret(_: string, n: number, { length }: readonly string[]): boolean {
  return n > 0 && n !== length - 3
}

export function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n))
}

/** The code that a promise is rejected with; undefined where it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
  } catch (error) {
    tellings.push(inspect(error, { depth: 9 }))
    return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)
  }
  return undefined
}

export function at<T>(list: readonly T[], n: number): T {
  const found = list[n]
  if (found === undefined) throw new Error(`There is none with the number ${n}`)
  return found
}
