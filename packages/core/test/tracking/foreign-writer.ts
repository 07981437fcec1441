import { execFile } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { decodeEntry, encodeEntry, encodeValue } from '../../src/wire/index.ts'

const execute = promisify(execFile)

/** The bytes of an entry like another one, with another value. */
export function bytesLike(pattern: Buffer | undefined, value: unknown): Buffer {
  const decoded = decodeEntry(pattern ?? Buffer.alloc(0))
  if (!decoded.ok) throw new Error(`what was learnt is no entry: ${decoded.reason}`)
  return Buffer.from(encodeEntry({ ...decoded.entry, ...encodeValue(value) }))
}

/** What an entry looks like. On a busy machine a write may take longer than its deadline: then it is made again. */
export async function patternOf(
  write: () => Promise<unknown>,
  read: () => Promise<Buffer | null>,
): Promise<Buffer | undefined> {
  for (let attempts = 0; attempts < 50; attempts++) {
    await write()
    const bytes = await read()
    if (bytes !== null) return bytes
    await setTimeout(20)
  }
  return undefined
}

/** A program that knows the wire format and nothing else of Redstart: it changes entries in Redis by plain commands. */
export class ForeignWriter {
  readonly client: Redis
  readonly #port: number
  /** Any entry, as it was written by Redstart. */
  #pattern: Buffer | undefined

  constructor(port: number) {
    this.#port = port
    this.client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null })
  }

  /**
   * Learns what an entry looks like.
   *
   * @param write has Redstart write one.
   */
  async learn(key: string, write: () => Promise<unknown>): Promise<void> {
    this.#pattern = await patternOf(write, () => this.client.getBuffer(key))
  }

  /** The bytes of an entry like the one learnt, with another value. */
  bytes(value: unknown): Buffer {
    return bytesLike(this.#pattern, value)
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.client.set(key, this.bytes(value), 'PX', 60_000)
  }

  /** By a program of another kind. */
  async cli(...args: readonly string[]): Promise<void> {
    await execute('redis-cli', ['-h', '127.0.0.1', '-p', String(this.#port), ...args])
  }

  close(): void {
    this.client.disconnect()
  }
}
