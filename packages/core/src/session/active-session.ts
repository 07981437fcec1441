import { RedstartError } from '../errors.ts'
import type { Client } from './client.ts'
import type { CookieChange } from './cookie-change.ts'
import type { SessionEngine } from './engine.ts'
import type { Live } from './live.ts'
import type { Opening } from './opening.ts'
import { Steps } from './steps.ts'
import { Succession } from './succession.ts'
import { newToken, type Token } from './token.ts'
import type { DataView } from './view.ts'

/** What a request has left of a user's session. */
export interface LeftSession {
  readonly live: Live
  /** It was there to be ended; else somebody had ended it before. */
  readonly wasAlive: boolean
}

/** The session of one request: what was loaded, what its handler did with it, and what the response must say. */
export class ActiveSession {
  readonly engine: SessionEngine
  readonly client: Client
  readonly opening: Opening
  readonly #makeView: (session: ActiveSession) => DataView
  /** What the handler is given. */
  view: DataView | undefined
  live: Live | undefined
  #cookie: CookieChange | undefined
  /** False where the browser must keep what it has. */
  #mayCookie: boolean
  /** The store was away when it was opened; nothing can be stored. */
  readonly outage: RedstartError | undefined
  /** A selector that something was bound to before there was a record. */
  #planned: Token | undefined
  /** Values of hidden fields that this request has changed. */
  readonly #hidden = new Map<string, unknown>()
  /** What a classic library asked for: who it means shows at the commit. */
  regenerated = false
  /** What was loaded was opened, all of it. */
  #checked = false
  /** Nothing more is stored. */
  destroyed = false
  #wanted = false
  #headHasLeft = false
  /** For how long, in ms, or until when a session that this request begins shall live; null: as long as the browser is open. */
  wantedAge: number | Date | null | undefined
  /** The user's session that a library ended in this request, without saying whether anybody signs in after it. */
  left: LeftSession | undefined
  /** This request began it: nobody else has its cookie yet. */
  #isNew = false
  /** Why it ended while this request ran. */
  #lost: string | undefined
  readonly steps: Steps = new Steps()
  readonly succession: Succession = new Succession()

  /** @param makeView makes what the handler is given, which shows nothing yet. */
  constructor(engine: SessionEngine, client: Client, opening: Opening, makeView: (session: ActiveSession) => DataView) {
    this.engine = engine
    this.#makeView = makeView
    this.client = client
    this.opening = opening
    this.live = opening.kind === 'loaded' ? opening.live : undefined
    this.#cookie = opening.kind === 'loaded' ? opening.cookie : undefined
    this.outage = opening.kind === 'unavailable' ? opening.error : undefined
    this.#mayCookie = !('mute' in opening && opening.mute)
    this.view = makeView(this)
    this.view.show(this.live?.fields.dataNames ?? [])
  }

  /** What the handler is given. What nobody sealed is not there, before anybody has read it either. */
  get handedOut(): object | undefined {
    const { view, live } = this
    if (!this.#checked && live?.fields.openAll() === false) view?.show(live.fields.dataNames)
    this.#checked = true
    return view?.object
  }

  /** What the response does to the cookie. */
  get cookie(): CookieChange | undefined {
    if (this.#mayCookie) return this.#cookie
    // Whoever signs out while the backend is away has a cookie that nothing newer has taken the place of.
    return this.outage !== undefined && this.#cookie?.kind === 'clear' ? this.#cookie : undefined
  }

  get sid(): string | undefined {
    return this.live?.token.address.sid ?? this.#planned?.address.sid
  }

  headLeaves(): void {
    this.#headHasLeft = true
  }

  get headHasLeft(): boolean {
    return this.#headHasLeft
  }

  /** Asked before anything is stored that needs a cookie; throws where none can be set on this connection. */
  checkCookie: () => void = () => {}

  /** @throws RedstartError `HEADERS_SENT` where no cookie can be set any more, or `INSECURE_COOKIE`. */
  requireHead(): void {
    if (!this.#headHasLeft) return this.checkCookie()
    throw new RedstartError(
      'HEADERS_SENT',
      'A session cannot begin, nor get a new secret, after the head of the response has left: do it before the first byte',
    )
  }

  setCookie(change: CookieChange | undefined): void {
    this.#cookie = change
  }

  /** A selector for who needs one before anything is stored. The record that is made next has it. */
  plan(): Token {
    this.#planned ??= newToken(this.engine.keyring.first)
    return this.#planned
  }

  /** There is a record from now on, or none any more. */
  become(live: Live | undefined): void {
    this.live = live
    this.#planned = undefined
    this.#hidden.clear()
  }

  /** This request has made a record: its cookie takes the place of whichever the browser has. */
  begin(live: Live, cookie: CookieChange): void {
    this.become(live)
    this.#isNew = true
    this.#lost = undefined
    this.#mayCookie = true
    this.wantedAge = undefined
    this.#cookie = cookie
  }

  /**
   * The record ended while this request ran: nothing that was meant for it is stored elsewhere, and nothing of it is shown
   * any more.
   */
  lose(reason: string): void {
    this.engine.audit.tell({ type: 'session.lost', sid: this.sid ?? '', reason })
    this.become(undefined)
    this.#lost = reason
    this.view?.renew([])
  }

  /**
   * The record ended by this request's own doing. Unless another one begins, the browser has nothing to keep: what it
   * would send says for a while that another response knows better.
   */
  replaced(): void {
    this.become(undefined)
    this.#lost = undefined
    this.#cookie = { kind: 'clear' }
  }

  /** Whether a visitor's session may begin: not where the browser must keep the cookie that it has. */
  get mayBegin(): boolean {
    return this.#mayCookie && this.#lost === undefined
  }

  /** Why it may not. */
  get whyNot(): string {
    return this.#lost ?? (this.opening.kind === 'refused' ? this.opening.reason : 'unavailable')
  }

  /** How long the session shall live was said after it had begun. */
  get isAgeDue(): boolean {
    const { live, wantedAge } = this
    if (live === undefined || wantedAge === undefined || !this.#isNew || this.#headHasLeft) return false
    const { remember, absolute, created } = live.core
    if (wantedAge === null || !remember) return wantedAge !== null || remember
    return Math.abs(absolute - (typeof wantedAge === 'number' ? created + wantedAge : wantedAge.getTime())) >= 1000
  }

  get planned(): Token | undefined {
    return this.#planned
  }

  /** A record is made even where there is no data. */
  want(): void {
    this.#wanted = true
  }

  get isWanted(): boolean {
    return this.#wanted
  }

  /** What the handler is given from now on is empty; what it had before stays as it is, for whoever holds it. */
  regenerate(): void {
    this.regenerated = true
    this.#lost = undefined
    this.#hidden.clear()
    for (const field of this.live?.fields.hiddenNames ?? []) this.#hidden.set(field, undefined)
    this.view = this.#makeView(this)
  }

  hidden(field: string): unknown {
    return this.#hidden.has(field) ? this.#hidden.get(field) : this.live?.fields.value(field)
  }

  setHidden(field: string, value: unknown): void {
    this.#hidden.set(field, value)
  }

  /** Those that this request has changed. */
  get hiddenValues(): ReadonlyMap<string, unknown> {
    return this.#hidden
  }

  /** These are stored; what was set meanwhile is not. */
  hiddenStored(stored: ReadonlyMap<string, unknown>): void {
    for (const [field, value] of stored) if (this.#hidden.get(field) === value) this.#hidden.delete(field)
  }
}
