import { RedstartError } from '../errors.ts'
import type { Session } from '../session/session-object.ts'
import type { RequestSession } from '../session/request-session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { SessionState } from './session-policy.ts'

/** How a middleware puts sessions on what its framework gives handlers. */
export interface SessionPropertyParts<Data extends object> {
  readonly sessions: Sessions<Data>
  /** The property's name. */
  readonly as: string
  readonly load: 'eager' | 'lazy'
  /** What the framework calls the object: `req`, `ctx`. */
  readonly of: string
}

/**
 * A session as a property of what a framework gives handlers. Loaded eagerly it is the session itself, and whoever sets it
 * to null, or deletes it, ends the session; with `load: 'lazy'` it is a function that loads it.
 */
export class SessionProperty<Data extends object> {
  readonly #options: SessionPropertyParts<Data>
  /** The same for all requests: an accessor of its own makes of each an object that nothing is quick with. */
  readonly #accessor: PropertyDescriptor

  /** @throws RedstartError `INVALID_ARGUMENT` for a name that is none. */
  constructor(options: SessionPropertyParts<Data>) {
    const { as, load } = options
    if (typeof as !== 'string' || as === '')
      throw new RedstartError('INVALID_ARGUMENT', 'the option as is no text; expected the name of a property')
    this.#options = options
    this.#accessor = { ...(load === 'lazy' ? lazily(options) : eagerly(options)), enumerable: true, configurable: true }
  }

  /**
   * True where the same sessions are there by another middleware in front of this one.
   *
   * @throws RedstartError `INVALID_ARGUMENT` where something else is there, or they are there under another name.
   */
  isOn(object: object): boolean {
    const { sessions, as, of } = this.#options
    let own: Place | undefined
    for (let place = firstOn(object); place !== undefined; place = place.next) {
      if (place.sessions === sessions && place.as !== as) throw sameSessions(of, place.as, as)
      if (place.as === as) own = place
    }
    if (!(as in object)) return false
    if (own?.sessions === sessions) return true
    throw new RedstartError(
      'INVALID_ARGUMENT',
      `${of}.${as} is there already, from other middleware or other sessions: take that away, or give session() another name with as`,
    )
  }

  /**
   * Shows the session of a request.
   *
   * @throws RedstartError `INVALID_ARGUMENT` where other sessions are there that have the same cookie: each would sign the
   *   users of the other out.
   */
  put(object: object, state: SessionState<Data>): void {
    const { sessions, as, load, of } = this.#options
    const next = firstOn(object)
    for (let other = next; other !== undefined; other = other.next)
      if (other.sessions !== sessions && other.state.cookieName === state.cookieName)
        throw sameCookie(of, other.as, as, state.cookieName)
    const place: Place = { sessions, as, state, next, unset: undefined, load: undefined }
    Object.defineProperty(object, FIRST, { value: place, configurable: true })
    Object.defineProperty(object, as, this.#accessor)
    const isUnset = (): boolean => place.unset !== undefined || !Object.hasOwn(object, as)
    // Not written right here: V8 would take it for what lives long, and keep all that it knows of with it.
    if (load === 'eager') state.isUnset = isUnset
  }

  /** The session of a request that it was shown on, as its handler sees it. */
  get(object: object): Session<Data> | null | undefined {
    // What put() was given.
    return sessionAt(placeOn(object, this.#options)) as Session<Data> | null | undefined
  }
}

/**
 * Where an object has the first of its sessions. Not in a WeakMap: what that holds survives small collections of garbage,
 * and all of its request with it.
 */
const FIRST: unique symbol = Symbol('first session')

function firstOn(object: object): Place | undefined {
  return (object as { readonly [FIRST]?: Place })[FIRST] // Nobody else has the symbol.
}

/** What the accessors know. */
interface Named {
  readonly sessions: object
  readonly as: string
  readonly of: string
}

/** One of the sessions of an object. */
interface Place {
  readonly sessions: object
  readonly as: string
  readonly state: AnyState
  readonly next: Place | undefined
  /** What the handler has set in the place of the session. */
  unset: { readonly value: null | undefined } | undefined
  load: (() => Promise<unknown>) | undefined
}

interface AnyState {
  readonly cookieName: string
  use(): void
  readonly opened: Pick<RequestSession, 'session'> | undefined
  open(): Promise<Pick<RequestSession, 'session'>>
}

function eagerly({ as, sessions, of }: Named): PropertyDescriptor {
  return {
    get(this: object) {
      return sessionAt(placeOn(this, { as, sessions }))
    },
    set(this: object, value: unknown) {
      const place = placeOn(this, { as, sessions })
      place.state.use()
      if (value === null || value === undefined) place.unset = { value }
      else if (place.unset !== undefined || value !== place.state.opened?.session) throw notAssignable(of, as)
    },
  }
}

function lazily({ as, sessions, of }: Named): PropertyDescriptor {
  return {
    get(this: object) {
      const place = placeOn(this, { as, sessions })
      place.load ??= async () => {
        place.state.use()
        return (await place.state.open()).session
      }
      return place.load
    },
    set() {
      throw notAssignable(of, as)
    },
  }
}

function sessionAt(place: Place): unknown {
  place.state.use()
  return place.unset === undefined ? place.state.opened?.session : place.unset.value
}

function placeOn(object: object, { as, sessions }: { readonly as: string; readonly sessions: object }): Place {
  for (let place = firstOn(object); place !== undefined; place = place.next)
    if (place.as === as && place.sessions === sessions) return place
  throw new TypeError('the session of a request was asked of something else')
}

function sameSessions(of: string, there: string, as: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `${of}.${as} would have the sessions of ${of}.${there}: whoever is signed in to one would be to the other; make another instance, with sessions: { namespace: ... }`,
  )
}

function sameCookie(of: string, there: string, as: string, cookie: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `${of}.${as} and ${of}.${there} have the same cookie ${JSON.stringify(cookie)}: give session() of one of them another one, with cookie: { name: ... }`,
  )
}

function notAssignable(of: string, as: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `${of}.${as} is not replaced: set its fields, as with Object.assign(${of}.${as}, { ... }); regenerate() begins anew, and null ends it`,
  )
}
