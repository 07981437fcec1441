/** What a browser shows after it has followed redirects. */
export interface Shown {
  readonly status: number
  readonly path: string
  readonly headers: Headers
  readonly text: string
}

/** A browser as far as forms need one: it keeps one cookie for all ports, follows redirects, and sends what forms have. */
export class Browser {
  /** `name=value`; empty for none. */
  cookie = ''
  #token = ''

  get(url: string): Promise<Shown> {
    return this.#ask(url, { method: 'GET' })
  }

  /** Sends a form of the page that was shown last. */
  post(url: string, fields: Readonly<Record<string, string>> = {}, token: string = this.#token): Promise<Shown> {
    return this.#ask(url, { method: 'POST', body: new URLSearchParams({ ...fields, csrf: token }) })
  }

  async #ask(url: string, init: RequestInit): Promise<Shown> {
    const headers = { ...(this.cookie !== '' && { cookie: this.cookie }) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual', signal: AbortSignal.timeout(15_000) })
    for (const set of response.headers.getSetCookie())
      this.cookie = /;\s*Max-Age=0/i.test(set) ? '' : (set.split(';')[0] ?? '')
    const text = await response.text()
    const to = response.headers.get('location')
    if (response.status === 303 && to !== null) return await this.get(new URL(to, url).href)
    this.#token = /name="csrf" value="([\w-]+)"/.exec(text)?.[1] ?? ''
    return { status: response.status, path: new URL(url).pathname, headers: response.headers, text }
  }
}
