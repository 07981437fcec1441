import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

/** What the pages are made of: an HTTP server that tests drive. */
export interface Database {
  readonly url: string
  /** What it has of a name; '1' of any to begin with. */
  set(name: string, version: string): void
  /** Answers 500 for a name from now on, or again what it has. */
  fail(name: string, failing: boolean): void
  /**
   * Answers nothing for a name until it is let go.
   *
   * @returns `asked` resolves when somebody waits, `letGo` answers those and all later ones.
   */
  hold(name: string): { readonly asked: Promise<void>; letGo(): void }
  /** How often a name was asked for. */
  reads(name: string): number
  stop(): Promise<void>
}

interface Held {
  readonly waiting: Set<ServerResponse>
  heard(): void
}

export async function startDatabase(): Promise<Database> {
  const versions = new Map<string, string>()
  const failing = new Set<string>()
  const held = new Map<string, Held>()
  const reads = new Map<string, number>()
  const answer = (name: string, response: ServerResponse): void => {
    response.statusCode = failing.has(name) ? 500 : 200
    response.end(failing.has(name) ? '' : (versions.get(name) ?? '1'))
  }
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1))
    reads.set(name, (reads.get(name) ?? 0) + 1)
    const holding = held.get(name)
    if (holding === undefined) return answer(name, response)
    holding.waiting.add(response)
    holding.heard()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    set: (name, version) => void versions.set(name, version),
    fail: (name, is) => void (is ? failing.add(name) : failing.delete(name)),
    hold(name) {
      const waiting = new Set<ServerResponse>()
      const asked = new Promise<void>((resolve) => held.set(name, { waiting, heard: resolve }))
      const letGo = (): void => {
        held.delete(name)
        for (const response of waiting) answer(name, response)
      }
      return { asked, letGo }
    },
    reads: (name) => reads.get(name) ?? 0,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
