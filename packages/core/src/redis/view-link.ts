import type { Redis } from 'ioredis'
import type { Cancel, Clock } from '../clock.ts'
import type { Client } from './client.ts'
import { Connection } from './connection.ts'
import { isReply } from './failure.ts'
import { ask, identify, invalidate, load, write } from './scripts.ts'
import type { ViewContext } from './servers.ts'

/** What a link is made with. */
export interface ViewLinkContext extends ViewContext {
  readonly client: (pause: () => number) => Redis
  readonly clock: Clock
  readonly connectTimeout: number
  /** The server answered the check of a new connection. */
  readonly onIdentified: () => void
}

/** The connection to the server that has the view: it hears the invalidations before it asks anything. */
export class ViewLink {
  readonly connection: Connection
  readonly #context: ViewLinkContext
  /** Where one connection cannot both be subscribed and send commands, as in RESP2. */
  #subscriber: Connection | undefined
  #check: Cancel = () => undefined
  #muted = false

  constructor(context: ViewLinkContext) {
    this.#context = context
    this.connection = this.#connect((client) => this.#prepare(client))
    this.#listen(this.connection.client)
  }

  /** Tells of no more hints. */
  mute(): void {
    this.#muted = true
  }

  async close(): Promise<void> {
    this.#check()
    await Promise.all([this.connection.close(), this.#subscriber?.close()])
  }

  async #prepare(client: Redis): Promise<void> {
    const pushes = await speaksResp3(client)
    const subscribed = pushes ? client.subscribe(this.#context.channel) : this.#subscribeApart()
    await Promise.all([subscribed, identifyServer(client, this.#context.viewKey)])
    this.#context.onIdentified()
  }

  #subscribeApart(): Promise<void> {
    if (this.#subscriber === undefined) {
      this.#subscriber = this.#connect(async (client) => void (await client.subscribe(this.#context.channel)))
      this.#listen(this.#subscriber.client)
      this.#watch(this.#subscriber)
    }
    return this.#subscriber.opened()
  }

  /** Nothing else is ever asked on it, so that one that was cut without a word would stay silent unnoticed. */
  #watch(subscriber: Connection): void {
    const { clock, connectTimeout } = this.#context
    this.#check = clock.schedule(connectTimeout, () => {
      this.#watch(subscriber)
      if (!subscriber.isOpen) return
      const answered = (): void => void (subscriber.heard += 1)
      // A refusal is an answer, too.
      subscriber.client.ping().then(answered, (error: unknown) => isReply(error) && answered())
      // Dropped unless it answers in time.
      subscriber.missed(subscriber.heard)
    })
  }

  #listen(client: Redis): void {
    client.on('message', (_channel: string, message: string) => {
      if (!this.#muted) this.#context.onHint(message)
    })
  }

  #connect(prepare: (client: Redis) => Promise<void>): Connection {
    const { client, clock, viewKey, connectTimeout } = this.#context
    return new Connection({ client, clock, viewKey, connectTimeout, prepare })
  }
}

/** Has Redis compare its run id with that of the generation, which must end with the run that started it. */
export async function identifyServer(client: Client, viewKey: string): Promise<void> {
  const identified = client.call('eval', [identify.text, 1, viewKey])
  load(client, [ask, invalidate, write])
  await identified
}

/** Only in RESP3 can one connection be subscribed and send commands; ioredis 5 and some proxies speak RESP2. */
async function speaksResp3(client: Redis): Promise<boolean> {
  const hello: unknown = await client.call('HELLO')
  return Array.isArray(hello) && hello[hello.indexOf('proto') + 1] === 3
}
