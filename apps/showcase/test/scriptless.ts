/** What a browser without scripts sends when somebody fills in a form of a page: also what Next.js has put into it. */
export async function formOn(url: string, cookie: string, field: string): Promise<URLSearchParams> {
  const { text } = await asked(url, cookie)
  const form = [...text.matchAll(/<form[^>]*>([^]*?)<\/form>/g)].find(([whole]) => whole.includes(`name="${field}"`))
  if (form === undefined) throw new Error(`There is no form with ${field} at ${url}`)
  const fields = new URLSearchParams()
  for (const [, attributes = ''] of form[0].matchAll(/<input([^>]*type="hidden"[^>]*)>/g))
    fields.append(attribute(attributes, 'name'), attribute(attributes, 'value'))
  return fields
}

/** Sends it, and says what is answered. */
export async function sent(url: string, cookie: string, form: URLSearchParams): Promise<Answered> {
  const body = new FormData()
  for (const [name, value] of form) body.append(name, value)
  return await asked(url, cookie, { method: 'POST', body, redirect: 'manual' })
}

interface Answered {
  readonly status: number
  readonly text: string
  /** What is sent from now on: `name=value`; empty where no cookie was set. */
  readonly cookie: string
}

async function asked(url: string, cookie: string, init: RequestInit = {}): Promise<Answered> {
  const headers = { cookie, origin: new URL(url).origin }
  const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(60_000) })
  const [set = ''] = response.headers.getSetCookie()
  return { status: response.status, text: await response.text(), cookie: set.split(';')[0] ?? '' }
}

function attribute(attributes: string, name: string): string {
  const [, value = ''] = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes) ?? []
  return value.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
