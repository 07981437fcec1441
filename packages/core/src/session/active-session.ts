import { RedstartError } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'
import type { Client } from './client.ts'
import type { CookieChange } from './cookie-change.ts'
import type { SessionEngine } from './engine.ts'
import { isHidden } from './field-names.ts'
import { checkFieldName, type FieldDraft } from './fields.ts'
import type { Live } from './live.ts'
import type { Opening } from './opening.ts'
import { isRotationDue } from './rotation-due.ts'
import { fieldPayload } from './sealed.ts'
import { newToken, type Token } from './token.ts'
import type { DataView } from './view.ts'

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
  readonly #mayCookie: boolean
  /** The store was away when it was opened; nothing can be stored. */
  readonly outage: RedstartError | undefined
  /** A selector that something was bound to before there was a record. */
  #planned: Token | undefined
  /** Values of hidden fields that this request has changed. */
  readonly #hidden = new Map<string, unknown>()
  /** What a classic library asked for: who it means shows at the commit. */
  regenerated = false
  /** Nothing more is stored. */
  destroyed = false
  #wanted = false
  #headHasLeft = false
  /** For how long, in ms, or until when a session that this request begins shall live; null: as long as the browser is open. */
  wantedAge: number | Date | null | undefined
  /** This request began it: nobody else has its cookie yet. */
  #isNew = false
  /** One step after the other. */
  #last: Promise<unknown> = Promise.resolve()

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
    this.view.show(dataFields(this.live))
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

  /** @throws RedstartError `HEADERS_SENT` where no cookie can be set any more. */
  requireHead(): void {
    if (!this.#headHasLeft) return
    throw new RedstartError(
      'HEADERS_SENT',
      'A session cannot begin, nor get a new secret, after the head of the response has left: do it before the first byte',
    )
  }

  setCookie(change: CookieChange | undefined): void {
    this.#cookie = change
  }

  /** Runs a step after those before it, whether these failed or not. */
  step<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#last.then(run, run)
    this.#last = done.catch(() => undefined)
    return done
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

  /** This request has made a record. */
  begin(live: Live, cookie: CookieChange): void {
    this.become(live)
    this.#isNew = true
    this.wantedAge = undefined
    this.#cookie = cookie
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
    this.#hidden.clear()
    this.view = this.#makeView(this)
  }

  hidden(field: string): unknown {
    return this.#hidden.has(field) ? this.#hidden.get(field) : this.live?.fields.value(field)
  }

  setHidden(field: string, value: unknown): void {
    this.#hidden.set(field, value)
  }

  /**
   * What the handler has changed.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a name that no field may have, `UNSUPPORTED_VALUE` for a value that would
   *   not come back the same.
   */
  drafts(): readonly FieldDraft[] {
    const { view, live } = this
    const touched = view?.touched() ?? new Map<string, unknown>()
    const untouched = view?.untouched() ?? new Set<string>()
    const values = new Map([...touched, ...this.#hidden])
    for (const field of live?.fields.names ?? [])
      if (!isHidden(field) && !untouched.has(field) && !values.has(field)) values.set(field, undefined)
    const drafts: FieldDraft[] = []
    for (const [field, value] of values) {
      checkFieldName(field)
      const draft = this.#draft(field, value)
      if (draft !== undefined) drafts.push(draft)
    }
    return drafts
  }

  /** Whether the handler has looked at anything that can be changed, or has set something. */
  get isTouched(): boolean {
    const { view, live, regenerated } = this
    if (view === undefined || this.destroyed) return false
    return regenerated || view.touched().size > 0 || view.untouched().size < dataFields(live).length
  }

  /** Whether a commit may have anything to do. */
  get isPending(): boolean {
    const { live, engine } = this
    if (this.isTouched || this.#wanted || this.#hidden.size > 0 || this.isAgeDue) return true
    if (live === undefined || this.destroyed) return false
    return (
      live.sealed.isOld(live.coreBytes) || live.core.version < engine.settings.version || isRotationDue(engine, live)
    )
  }

  /** What the handler would read now; nothing that it has not looked at is opened before it is. */
  data(): Readonly<Record<string, unknown>> {
    const { view, live } = this
    const data = Object.create(null) as Record<string, unknown> // Object.create has no type of its own.
    for (const field of view?.untouched() ?? [])
      Object.defineProperty(data, field, { enumerable: true, get: () => live?.fields.value(field) })
    for (const [field, value] of view?.touched() ?? []) data[field] = value
    return data
  }

  /** All that the handler would read now, as it is stored. */
  shown(): Map<string, OpenedPayload> {
    const { view, live } = this
    const shown = new Map<string, OpenedPayload>()
    for (const field of [...(view?.untouched() ?? []), ...dataHidden(live)]) {
      const payload = live?.fields.payload(field)
      if (payload !== undefined) shown.set(field, payload)
    }
    for (const [field, value] of [...(view?.touched() ?? []), ...this.#hidden]) {
      checkFieldName(field)
      if (value === undefined) shown.delete(field)
      else shown.set(field, fieldPayload(value))
    }
    return shown
  }

  #draft(field: string, value: unknown): FieldDraft | undefined {
    if (this.live !== undefined) return this.live.fields.draft(field, value)
    return value === undefined ? undefined : { field, payload: fieldPayload(value) }
  }
}

function dataFields(live: Live | undefined): readonly string[] {
  return live?.fields.names.filter((field) => !isHidden(field)) ?? []
}

function dataHidden(live: Live | undefined): readonly string[] {
  return live?.fields.names.filter(isHidden) ?? []
}
