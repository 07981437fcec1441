import { SIGN_INS } from '../src/fill/fill-sign-ins.ts'
import type { BackOffice } from './back-office.ts'

/** What a browser shows after it has followed redirects. */
export interface Shown {
  readonly status: number
  readonly path: string
  readonly headers: Headers
  readonly text: string
}

/** A browser as far as forms need one: it keeps the cookie, follows redirects, and sends what forms have in them. */
export class Browser {
  readonly #office: Pick<BackOffice, 'url' | 'redstart'>
  readonly #origin: string
  readonly #userAgent: string
  /** `name=value`; empty for none. */
  cookie = ''
  /** Every `Set-Cookie` that came, the last one last. */
  readonly set: string[] = []
  #token = ''

  constructor(office: Pick<BackOffice, 'url' | 'redstart'>, userAgent: string = FIREFOX) {
    this.#office = office
    this.#origin = new URL(office.url).origin
    this.#userAgent = userAgent
  }

  get(path: string): Promise<Shown> {
    return this.#ask(path, { method: 'GET' })
  }

  /** Sends a form of the page that was shown last. */
  post(path: string, fields: Readonly<Record<string, string>> = {}, token: string = this.#token): Promise<Shown> {
    return this.#ask(path, { method: 'POST', body: new URLSearchParams({ ...fields, csrf: token }) })
  }

  /** Has somebody signed in without a password, which takes its time; `/account` is shown. */
  async signIn(id: number, name: string, roles: readonly string[] = ['manager']): Promise<Shown> {
    const { sessions } = this.#office.redstart
    const who = { userId: id, roles, ip: '127.0.0.1', userAgent: this.#userAgent }
    this.cookie = `sid=${(await sessions.create({ ...who, data: { name, restaurant: 1 } })).cookie.value}`
    return this.get('/account')
  }

  async logIn(login: string, password: string = SIGN_INS.password, more: Record<string, string> = {}): Promise<Shown> {
    await this.get('/account')
    return this.post('/account/login', { login, password, ...more })
  }

  async #ask(path: string, init: RequestInit): Promise<Shown> {
    const headers = { cookie: this.cookie, 'user-agent': this.#userAgent }
    const signal = AbortSignal.timeout(10_000)
    const response = await fetch(this.#origin + path, { ...init, headers, redirect: 'manual', signal })
    for (const set of response.headers.getSetCookie()) {
      this.set.push(set)
      this.cookie = /;\s*Max-Age=0/i.test(set) ? '' : (set.split(';')[0] ?? '')
    }
    const text = await response.text()
    const to = response.headers.get('location')
    if (response.status === 303 && to !== null) return this.get(to)
    this.#token = /name="csrf" value="([\w-]+)"/.exec(text)?.[1] ?? ''
    return { status: response.status, path, headers: response.headers, text }
  }
}

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
export const SAFARI: string =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'
