import { RedstartError } from '@redstart/core'

/** What answers: `(request) => app.request(request)` of Hono, or the global `fetch` for an application that listens. */
export type Answers = (request: Request) => Response | Promise<Response>

export interface CacheSafeOptions {
  /** Headers that are tried besides {@link USUAL_HEADERS}, by their names. */
  readonly headers?: readonly string[]
  /** Parameters of the query that are tried: those which `query.ignore` of `cacheResponse` leaves out. @default none */
  readonly parameters?: readonly string[]
}

/** Headers that applications make answers of and keys of caches rarely have. */
const USUAL_HEADERS: readonly string[] = [
  ...[
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-forwarded-for',
    'forwarded',
  ],
  ...['x-host', 'x-original-host', 'x-original-url', 'x-rewrite-url', 'x-http-method-override', 'x-method-override'],
  ...['x-real-ip', 'user-agent', 'referer', 'origin', 'accept', 'accept-language', 'cookie', 'authorization'],
]

/** A parameter that gives each trial a page of its own, which nobody has asked for. */
const PROBE = 'redstart-probe'

/**
 * Asserts that nobody decides what others are given of a cached page: for each header, somebody asks for the page with it
 * first, and then somebody without it, who must be given what they would have been given alone. Each trial is about a page
 * of its own, told apart by a parameter of the query, which the key must have.
 *
 * A page that comes out otherwise each time is searched for the header's value alone.
 *
 * @param request what a victim asks for: GET, with the headers that it has.
 * @throws RedstartError `INVALID_RESULT`, which names the headers and parameters that got through.
 */
export async function assertCacheSafe(
  answers: Answers,
  request: Request,
  options: CacheSafeOptions = {},
): Promise<void> {
  const run = Math.random().toString(36).slice(2)
  let probes = 0
  const ask = async (probe: string, change: (probing: URL, headers: Headers) => void = () => undefined) => {
    const url = new URL(request.url)
    url.searchParams.set(PROBE, probe)
    const headers = new Headers(request.headers)
    change(url, headers)
    return await answered(await answers(new Request(url, { headers, redirect: 'manual' })), probe)
  }
  const fresh = (): string => `${run}-${++probes}-`
  const [one, other] = [await ask(fresh()), await ask(fresh())]
  const isSteady = one.body === other.body
  const through: string[] = []
  const attempt = async (name: string, change: (url: URL, headers: Headers, canary: string) => void): Promise<void> => {
    const probe = fresh()
    const canary = `canary${run}${probes}`
    await ask(probe, (url, headers) => change(url, headers, canary))
    const given = await ask(probe)
    const isReflected = given.body.includes(canary) || given.head.includes(canary)
    if (isReflected || (isSteady && given.body !== one.body)) through.push(name)
  }
  for (const name of new Set([...USUAL_HEADERS, ...(options.headers ?? [])]))
    if (!request.headers.has(name))
      await attempt(name, (_, headers, canary) => headers.set(name, valueFor(name, canary)))
  for (const name of options.parameters ?? [])
    await attempt(`the parameter ${name}`, (url, _, canary) => url.searchParams.set(name, canary))
  if (through.length === 0) return
  throw new RedstartError(
    'INVALID_RESULT',
    `others are given what somebody made of ${new URL(request.url).pathname} by ${through.join(', ')}: let its answer ` +
      "say so in Vary, put it into the key, or try cacheResponse's option audit",
  )
}

interface Answered {
  readonly body: string
  readonly head: string
}

/** Without what tells the trials apart. */
async function answered(response: Response, probe: string): Promise<Answered> {
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  return { head, body: `${response.status} ${await response.text()}`.replaceAll(probe, '') }
}

/** Something that a header of that name might say. */
function valueFor(name: string, canary: string): string {
  if (name === 'x-forwarded-proto') return canary
  if (name === 'forwarded') return `for=192.0.2.1;host=${canary}.example`
  if (name === 'cookie') return `theme=${canary}`
  if (name === 'origin' || name === 'referer') return `https://${canary}.example`
  if (name === 'x-original-url' || name === 'x-rewrite-url') return `/${canary}`
  return canary
}
