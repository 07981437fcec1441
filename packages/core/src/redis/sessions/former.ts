import type { FormerStore } from '../../session/former-store.ts'
import { isReply } from '../failure.ts'
import { announce } from '../scripts.ts'
import type { Servers } from '../servers.ts'

/** What another library keeps in Redis as text. */
export class RedisFormerStore implements FormerStore {
  readonly #servers: Servers

  constructor(servers: Servers) {
    this.#servers = servers
  }

  read(key: string, timeout: number): Promise<Uint8Array | undefined> {
    return this.#ask('get', key, timeout)
  }

  take(key: string, timeout: number): Promise<Uint8Array | undefined> {
    return this.#ask('getdel', key, timeout)
  }

  async #ask(command: 'get' | 'getdel', key: string, timeout: number): Promise<Uint8Array | undefined> {
    return await this.#servers.call(key, timeout, async (client, _wanted, asking) => {
      if (asking) announce(client)
      try {
        const found = await client.callBuffer(command, [key])
        return found instanceof Uint8Array ? found : undefined
      } catch (error) {
        // It is no text, and so none of theirs.
        if (isReply(error, 'WRONGTYPE')) return undefined
        throw error
      }
    })
  }
}
