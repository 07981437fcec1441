import type { RequestSession, Session, Sessions, Who } from '@redstart/core'
import { endedCookie, sentValues } from '@redstart/core/http'
import { type CurrentRequest, phaseNow } from './current-request.ts'
import { noteLook } from './looks.ts'
import { cookieConnection, type Resolved } from './options.ts'
import { type ReadonlySession, shownSession } from './readonly-session.ts'

/** What a state is asked for. */
export interface Asked {
  readonly request: CurrentRequest
  readonly settings: Resolved
}

/** Where a policy has opened the session of a route handler, which then stores it and sets its cookie. */
export interface Adopted<Data extends object> {
  open(): Promise<RequestSession<Data>>
  /** What is answered depends on who asks. */
  use(): void
}

/** The session of one request, for all that is done in it: one load, and one state that everybody sees. */
export class RequestState<Data extends object> {
  readonly #sessions: Sessions<Data>
  #adopted: Adopted<Data> | undefined
  #opening: Promise<RequestSession<Data>> | undefined
  #ignoresFormer = false
  #shown: ReadonlySession<Data> | undefined
  /** What the browser has from this request; undefined where that is what it sent. */
  #values: readonly string[] | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(sessions: Sessions<Data>) {
    this.#sessions = sessions
  }

  /** From now on it is somebody else who opens it, and stores it in the end. */
  adopt(adopted: Adopted<Data>): void {
    this.#adopted = adopted
  }

  get isAdopted(): boolean {
    return this.#adopted !== undefined
  }

  /** The session as it is now, the same object for as long as nothing of it is changed. */
  async read(asked: Asked): Promise<ReadonlySession<Data>> {
    const opened = await this.#open(asked, { former: false })
    const shown = this.#shown ?? shownSession(opened.session)
    // Whoever may change it now does not say when.
    if (!this.isAdopted) this.#shown = shown
    return shown
  }

  /** Runs changes one after the other: what one of them has not finished is not stored by another. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change)
    this.#last = done.catch(() => undefined)
    return done
  }

  /** The session to be changed. */
  async forChange(asked: Asked): Promise<RequestSession<Data> & { readonly session: Session<Data> }> {
    this.#shown = undefined
    let opened = await this.#open(asked, { former: true })
    if (opened.session === undefined) {
      // It was destroyed: what comes now begins anew.
      this.#opening = undefined
      opened = await this.#open(asked, { former: true })
    }
    if (!hasSession(opened)) throw new TypeError('the session was destroyed in this request')
    return opened
  }

  /** Stores what was changed, and says to the browser what there is to be said of it. */
  async store(opened: RequestSession<Data>, asked: Asked): Promise<void> {
    this.#shown = undefined
    if (this.isAdopted) return opened.pending ? await opened.commit() : undefined
    try {
      await opened.underWay
      // It may have taken longer than the answer did.
      if (phaseNow() !== 'action') opened.headLeaves()
      if (opened.pending) await opened.commit()
    } finally {
      this.#tell(opened, asked)
    }
  }

  /** Leaves what was changed. What has begun or ended by then has, and the browser is told. */
  async leave(opened: RequestSession<Data>, asked: Asked): Promise<void> {
    this.#shown = undefined
    if (this.isAdopted) return
    await opened.underWay?.catch(() => undefined)
    this.#opening = undefined
    try {
      this.#tell(opened, asked)
    } catch {
      // There is a failure already that the caller is told.
    }
  }

  async #open(asked: Asked, { former }: { readonly former: boolean }): Promise<RequestSession<Data>> {
    noteLook(asked.request.work)
    if (this.#adopted !== undefined) {
      this.#adopted.use()
      return await this.#adopted.open()
    }
    if (former && this.#ignoresFormer) this.#opening = undefined
    this.#opening ??= this.#load(asked, former)
    return await this.#opening
  }

  async #load(asked: Asked, former: boolean): Promise<RequestSession<Data>> {
    const { request, settings } = asked
    const own = this.#values ?? valuesOf(request, settings.format.nameOn(cookieConnection(settings, request)))
    // What is brought over gets another cookie, which only some may set.
    const { formerCookie } = this.#sessions
    const theirs = formerCookie === undefined ? [] : sentValues(request.header('cookie'), formerCookie)
    this.#ignoresFormer = !former && theirs.length > 0
    const checkCookie = (): void => settings.format.check(cookieConnection(settings, request))
    const who = whoOf(asked)
    if (own.length === 0 && (theirs.length === 0 || !former)) return this.#sessions.openNew(who, { checkCookie })
    const touch = !isPrefetch(request)
    return await this.#sessions.open(own, who, { touch, former: former ? theirs : [], checkCookie })
  }

  /** Nothing where nothing has changed: whoever sets a cookie in an action has all of the router's cache dropped. */
  #tell(opened: RequestSession<Data>, { request, settings }: Asked): void {
    const { cookie, clearsFormer } = opened
    if (phaseNow() !== 'action') return
    const { formerCookie } = this.#sessions
    if (clearsFormer && formerCookie !== undefined && request.jar.get(formerCookie)?.value)
      request.jar.set(endedCookie(formerCookie))
    if (cookie === undefined) return
    request.jar.set(settings.format.parts(cookie, cookieConnection(settings, request)))
    this.#values = cookie.kind === 'set' ? [cookie.value] : []
  }
}

/**
 * The values of a cookie as they were sent, all of them, unless something in this request has set another: only the header
 * has two of one name, neither of which counts.
 */
function valuesOf({ jar, header }: CurrentRequest, name: string): readonly string[] {
  const sent = sentValues(header('cookie'), name)
  const now = jar.get(name)?.value ?? ''
  if (now === '') return []
  return sent.includes(now) ? sent : [now]
}

function whoOf({ request, settings }: Asked): Who {
  return { ip: settings.connection.address(request), userAgent: request.header('user-agent') }
}

/** What is fetched beforehand is no use of a session. */
function isPrefetch({ work, header }: CurrentRequest): boolean {
  return work.isPrefetchRequest === true || /\bprefetch\b/.test(header('sec-purpose') ?? '')
}

function hasSession<Data extends object>(
  opened: RequestSession<Data>,
): opened is RequestSession<Data> & { readonly session: Session<Data> } {
  return opened.session !== undefined
}
