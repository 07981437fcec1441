/** An answer that may have been kept. */
export interface Kept {
  readonly status: number
  /** What the cache of answers says of it: `hit; ttl=29` */
  readonly cache: string
  readonly headers: Headers
  readonly text: string
}

/** What the cache says where no handler ran: also of one who came while the last byte was still being stored. */
export const KEPT: RegExp = /^hit|; collapsed$/

/** Asks without following redirects. */
export async function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Kept> {
  const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(30_000) })
  const [, cache = ''] = /^Redstart; (.*)$/.exec(response.headers.get('cache-status') ?? '') ?? []
  return { status: response.status, cache, headers: response.headers, text: await response.text() }
}

/** Of a list of addresses, those that are answered from the cache of answers; asking keeps the others. */
export async function keptOf(
  urls: readonly string[],
  headers?: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const answers = await Promise.all(urls.map(async (url) => ({ url, cache: (await ask(url, headers)).cache })))
  return answers.filter(({ cache }) => KEPT.test(cache)).map(({ url }) => url)
}
