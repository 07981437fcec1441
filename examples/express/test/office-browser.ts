import { SIGN_INS } from '../src/fill/fill-sign-ins.ts'
import type { BackOffice } from './back-office.ts'
import { Browser, FIREFOX, type Shown } from './browser.ts'

/** A browser at the back office. */
export class OfficeBrowser extends Browser {
  readonly #office: Pick<BackOffice, 'url' | 'redstart'>
  readonly #userAgent: string

  constructor(office: Pick<BackOffice, 'url' | 'redstart'>, userAgent: string = FIREFOX) {
    super({ origin: office.url, userAgent })
    this.#office = office
    this.#userAgent = userAgent
  }

  /** Has somebody signed in without a password, which takes its time; `/account` is shown. */
  async signIn(id: number, name: string, roles: readonly string[] = ['manager']): Promise<Shown> {
    const { sessions } = this.#office.redstart
    const who = { userId: id, roles, ip: '127.0.0.1', userAgent: this.#userAgent }
    this.cookie = `sid=${(await sessions.create({ ...who, data: { name, restaurant: 1 } })).cookie.value}`
    return await this.get('/account')
  }

  async logIn(login: string, password: string = SIGN_INS.password, more: Record<string, string> = {}): Promise<Shown> {
    await this.get('/account')
    return await this.post('/account/login', { login, password, ...more })
  }
}
