/** What a browser shows after it has followed redirects. */
export interface Shown {
  readonly status: number
  readonly url: string
  readonly text: string
}

/** A browser as far as forms need one: it keeps one cookie for all ports, and follows redirects. */
export class Browser {
  /** `name=value`; empty for none. */
  cookie = ''

  get(url: string): Promise<Shown> {
    return this.#ask(url, { method: 'GET' })
  }

  post(url: string, fields: Readonly<Record<string, string>> = {}): Promise<Shown> {
    return this.#ask(url, { method: 'POST', body: new URLSearchParams(fields) })
  }

  async #ask(url: string, init: RequestInit): Promise<Shown> {
    const headers = { ...(this.cookie !== '' && { cookie: this.cookie }) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual', signal: AbortSignal.timeout(15_000) })
    for (const set of response.headers.getSetCookie())
      this.cookie = /;\s*Max-Age=0/i.test(set) ? '' : (set.split(';')[0] ?? '')
    const text = await response.text()
    const to = response.headers.get('location')
    return response.status === 303 && to !== null
      ? await this.get(new URL(to, url).href)
      : { status: response.status, url, text }
  }
}
