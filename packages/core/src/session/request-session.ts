import type { ActiveSession } from './active-session.ts'
import { commit, commitLate } from './commit.ts'
import type { CookieChange } from './cookie-change.ts'
import { isPending } from './drafts.ts'
import type { RefusalReason } from './opening.ts'
import type { Session } from './session-object.ts'
import type { SessionData } from './settings.ts'
import { followRotation } from './stream-rotation.ts'

/** The session of one request, from before its handler until its response. */
export interface RequestSession<Data extends object = SessionData> {
  /** What the handler is given; another object after `regenerate()`, undefined after `destroy()`. */
  readonly session: Session<Data> | undefined
  /** Why the cookie led to no session; undefined where it did, or where there was none. */
  readonly refused: RefusalReason | 'unavailable' | undefined
  /** Whether a commit may have anything to store. */
  readonly pending: boolean
  /** What the handler began and did not wait for; undefined for nothing. Rejects where any of it fails. */
  readonly underWay: Promise<void> | undefined
  /** Whether there is any such thing. */
  readonly isBusy: boolean
  /** Stores what was changed; nothing where nothing was. @param last nothing comes between it and the head that leaves. */
  commit(how?: { readonly last?: boolean }): Promise<void>
  /** What the response does to the cookie. */
  readonly cookie: CookieChange | undefined
  /** Whether the response clears the cookie whose session was brought over. */
  readonly clearsFormer: boolean
  /** The head of the response leaves now: from here on no cookie can be set. */
  headLeaves(): void
  /**
   * The head of a stream leaves: what it changes until its end can be stored, though the session gets other secrets
   * meanwhile. Returns how to stop.
   */
  streams(): () => void
  /** Stores what was changed since the head left. Nobody is there any more to be told of a failure: an event tells it. */
  commitLate(): Promise<void>
}

/** Of a request whose cookie was looked at. */
export class OpenedRequest<Data extends object> implements RequestSession<Data> {
  readonly refused: RefusalReason | 'unavailable' | undefined
  readonly clearsFormer: boolean
  readonly #active: ActiveSession

  constructor(active: ActiveSession, hasFormer: boolean) {
    this.#active = active
    this.refused = refusalOf(active)
    const { outage, opening } = active
    this.clearsFormer = hasFormer && outage === undefined && !('keepsFormer' in opening)
  }

  get session(): Session<Data> | undefined {
    return this.#active.destroyed ? undefined : sessionOf<Data>(this.#active)
  }

  get pending(): boolean {
    return isPending(this.#active)
  }

  get underWay(): Promise<void> | undefined {
    return this.#active.steps.underWay
  }

  get isBusy(): boolean {
    return this.#active.steps.isBusy
  }

  commit({ last = false }: { readonly last?: boolean } = {}): Promise<void> {
    const active = this.#active
    return active.steps.run(async () => {
      try {
        await commit(active)
      } finally {
        if (last) active.headLeaves()
      }
    })
  }

  get cookie(): CookieChange | undefined {
    return this.#active.cookie
  }

  headLeaves(): void {
    this.#active.headLeaves()
  }

  streams(): () => void {
    return followRotation(this.#active)
  }

  commitLate(): Promise<void> {
    return commitLate(this.#active)
  }
}

/** Of a request that brought no cookie: nothing is made before somebody looks at it, and most have nobody who does. */
export class FreshRequest<Data extends object> implements RequestSession<Data> {
  readonly refused = undefined
  readonly clearsFormer = false
  readonly #make: () => ActiveSession
  #opened: OpenedRequest<Data> | undefined
  #headHasLeft = false

  constructor(make: () => ActiveSession) {
    this.#make = make
  }

  get session(): Session<Data> | undefined {
    return this.#open().session
  }

  get pending(): boolean {
    return this.#opened?.pending === true
  }

  get underWay(): Promise<void> | undefined {
    return this.#opened?.underWay
  }

  get isBusy(): boolean {
    return this.#opened?.isBusy === true
  }

  commit(how?: { readonly last?: boolean }): Promise<void> {
    return this.#open().commit(how)
  }

  get cookie(): CookieChange | undefined {
    return this.#opened?.cookie
  }

  headLeaves(): void {
    this.#headHasLeft = true
    this.#opened?.headLeaves()
  }

  streams(): () => void {
    return this.#opened?.streams() ?? (() => {})
  }

  commitLate(): Promise<void> {
    return this.#open().commitLate()
  }

  #open(): OpenedRequest<Data> {
    if (this.#opened !== undefined) return this.#opened
    this.#opened = new OpenedRequest<Data>(this.#make(), false)
    if (this.#headHasLeft) this.#opened.headLeaves()
    return this.#opened
  }
}

/** The object is what `makeView` made; its data are what the application says they are. */
export function sessionOf<Data extends object>({ handedOut }: ActiveSession): Session<Data> {
  return handedOut as Session<Data>
}

function refusalOf({ opening }: ActiveSession): RefusalReason | 'unavailable' | undefined {
  if (opening.kind === 'refused') return opening.reason
  return opening.kind === 'unavailable' ? 'unavailable' : undefined
}
