import type { RequestSession, Sessions, Who } from '@redstart/core'
import { endedCookie, sentValues, serializeCookie } from '@redstart/core/http'
import type { Sender } from '../client-address/connection.ts'
import { cookieConnection, type Resolved } from './options.ts'
import { cookieWith, type ProxyChanges } from './proxy-response.ts'
import type { Adopted } from './request-state.ts'

/** The session of a request that is with the proxy: for the proxy itself, and for what its handler asks. */
export class ProxiedSession<Data extends object> implements Adopted<Data> {
  readonly #sessions: Sessions<Data>
  readonly #settings: Resolved
  readonly #sender: Sender
  /** The name of the cookie, its values, and those of the cookie of another library. */
  readonly #name: string
  readonly #values: readonly string[]
  readonly #former: readonly string[]
  #opening: Promise<RequestSession<Data>> | undefined
  /** Once it was asked for; undefined before, and where the store did not answer. */
  opened: RequestSession<Data> | undefined

  constructor(sessions: Sessions<Data>, settings: Resolved, sender: Sender) {
    this.#sessions = sessions
    this.#settings = settings
    this.#sender = sender
    const sent = sender.header('cookie')
    this.#name = settings.format.nameOn(cookieConnection(settings, sender))
    this.#values = sentValues(sent, this.#name)
    this.#former = sessions.formerCookie === undefined ? [] : sentValues(sent, sessions.formerCookie)
  }

  /** Whether the request brought anything that may be one. */
  get isSent(): boolean {
    return this.#values.length > 0 || this.#former.length > 0
  }

  /** By the seal alone. */
  get isSealedForUser(): boolean {
    return this.#sessions.sealedFor(this.#values) === 'user'
  }

  use(): void {
    // What a proxy answers is stored by nobody.
  }

  open(): Promise<RequestSession<Data>> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  /** Only looked at: no use of the session, and nothing is changed. */
  async glance(): Promise<RequestSession<Data>> {
    return await this.#sessions.open(this.#values, this.#who, { readOnly: true, touch: false })
  }

  get #who(): Who {
    const sender = this.#sender
    return { ip: this.#settings.connection.address(sender), userAgent: sender.header('user-agent') }
  }

  async #open(): Promise<RequestSession<Data>> {
    const { format } = this.#settings
    const sender = this.#sender
    const who = this.#who
    const checkCookie = (): void => format.check(cookieConnection(this.#settings, sender))
    this.opened = this.isSent
      ? await this.#sessions.open(this.#values, who, { former: this.#former, checkCookie })
      : this.#sessions.openNew(who, { checkCookie })
    return this.opened
  }

  /**
   * What there is to be said to the browser. The request is given the cookie as well where it names another session than the
   * one that it came with, as where somebody signed in. A next secret of the same session is for the browser alone: were it
   * presented before the browser has it, and the answer lost, the browser would be left with a secret that is worth nothing
   * soon.
   */
  get changes(): ProxyChanges {
    const { opened } = this
    const { formerCookie } = this.#sessions
    const former = opened?.clearsFormer === true ? formerCookie : undefined
    const cookies = former === undefined ? [] : [serializeCookie(endedCookie(former))]
    const change = opened?.cookie
    if (change === undefined) return { cookies, cookie: undefined }
    cookies.unshift(this.#settings.format.header(change, cookieConnection(this.#settings, this.#sender)))
    if (change.kind === 'clear' || this.#isSame(opened?.session?.id)) return { cookies, cookie: undefined }
    const sent = this.#sender.header('cookie') ?? ''
    return { cookies, cookie: cookieWith(sent, { name: this.#name, value: change.value }, former) }
  }

  /** A cookie has the id of its session, between dots. */
  #isSame(id: string | undefined): boolean {
    return this.#values.some((value) => value.includes(`.${id}.`))
  }
}
