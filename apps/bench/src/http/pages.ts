import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'

/** How many pages there are: each request asks for the next one. */
export const PAGES = 50

/** Milliseconds that the handlers of a path take. */
export const DELAYS = { '/fast': 1, '/slow': 20 } as const
export type Path = keyof typeof DELAYS

let made = 0

/** How often handlers ran so far. */
export function pagesMade(): number {
  return made
}

/** What a handler answers with: about 10 kB as JSON, once it has waited for it. */
export async function page(path: Path, id: string): Promise<object> {
  made++
  await setTimeout(DELAYS[path])
  return dishesOf(id)
}

/** The same in two pieces, of which the second one takes its time. */
export async function* inPieces(id: string): AsyncGenerator<Buffer> {
  made++
  const bytes = Buffer.from(JSON.stringify(dishesOf(id)))
  yield bytes.subarray(0, 1000)
  await setTimeout(5)
  yield bytes.subarray(1000)
}

/** An answer that a handler has nothing more to do with than to send it. */
export interface Ready {
  readonly headers: Record<string, string>
  readonly bytes: Buffer<ArrayBuffer>
}

/** The same answers as bytes, with the headers that a hit has. */
export function readyPages(): ReadonlyMap<string, Ready> {
  return new Map(
    Array.from({ length: PAGES }, (_, n) => {
      const bytes = Buffer.from(JSON.stringify(dishesOf(String(n))))
      const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(bytes.length),
        etag,
        age: '1',
        'cache-status': 'Redstart; hit; ttl=3599',
      }
      return [String(n), { headers, bytes }]
    }),
  )
}

function dishesOf(id: string): object {
  const dishes = Array.from({ length: 96 }, (_, n) => ({
    id: `${id}-${n}`,
    name: `Dish number ${n} of page ${id}`,
    price: 4 + n / 8,
    vegan: n % 3 === 0,
    tags: ['menu', `category:${n % 7}`],
  }))
  return { id, dishes }
}
