import {
  type CommandCounter,
  countCommands,
  countTrips,
  type RedisServer,
  startRedis,
  type TripCounter,
} from '@redstart/testing'
import { expect } from 'vitest'
import { createRedstart, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { ask, claim, identify, invalidate, release, touch, write } from '../../src/redis/scripts.ts'

/** What an operation cost. */
export interface Cost {
  readonly trips: number
  /** The commands that were sent: the name of each, or of the script that it ran. */
  readonly commands: readonly string[]
}

/** A Redis whose trips and commands are counted, and instances over it. */
export class Meter implements AsyncDisposable {
  readonly server: RedisServer
  readonly #trips: TripCounter
  readonly #commands: CommandCounter
  readonly #opened: Redstart[] = []

  private constructor(server: RedisServer, trips: TripCounter, commands: CommandCounter) {
    this.server = server
    this.#trips = trips
    this.#commands = commands
  }

  static async start(): Promise<Meter> {
    const server = await startRedis()
    return new Meter(server, await countTrips(server.url), await countCommands(server.url))
  }

  /** An instance that is connected and has asked its first question. */
  async open(app: string, options: Omit<RedstartOptions, 'app' | 'backend'> = {}): Promise<Redstart> {
    const redstart = createRedstart({ deadline: '5s', ...options, app, backend: redis(this.#trips.url) })
    this.#opened.push(redstart)
    await redstart.cache.get('nothing')
    return redstart
  }

  /** What everything that runs until `run` resolves costs, by whichever instance. */
  async costOf(run: () => Promise<unknown>): Promise<Cost> {
    await this.#commands.settled()
    this.#commands.reset()
    this.#trips.reset()
    await run()
    await this.#commands.settled()
    return { trips: this.#trips.trips(), commands: this.#commands.commands().map(nameOf) }
  }

  /** Resolves when Redis has executed all that was sent before. */
  async settled(): Promise<void> {
    await this.#commands.settled()
  }

  /** Resolves when a command or script of this name has been sent so many times since the last `costOf` began. */
  async sent(name: string, times = 1): Promise<void> {
    const enough = async (): Promise<boolean> => {
      await this.#commands.settled()
      return this.#commands.commands().filter((command) => nameOf(command) === name).length >= times
    }
    await expect.poll(enough, { interval: 10 }).toBe(true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((redstart) => redstart.close()))
    this.#commands.close()
    await this.#trips.close()
    await this.server.stop()
  }
}

const SCRIPTS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ask, claim, identify, invalidate, release, touch, write }).map(([name, { sha }]) => [sha, name]),
)

/** The name of a command, or of the script of ours that it runs. */
export function nameOf([command = '', sha = '']: readonly string[]): string {
  return SCRIPTS.get(sha) ?? command.toUpperCase()
}
