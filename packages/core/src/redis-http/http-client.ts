import type { Batch, Client, Reply, Script, Value, Values } from '../redis/client.ts'
import { scriptArgument } from './arguments.ts'
import type { Endpoint } from './endpoint.ts'
import type { Words } from './gathering.ts'
import { jsonScript } from './json-script.ts'
import { bytesOf, textsOf } from './replies.ts'

/** What one call says to the service. */
export class HttpClient implements Client {
  readonly #endpoint: Endpoint
  readonly #signal: AbortSignal

  constructor(endpoint: Endpoint, signal: AbortSignal) {
    this.#endpoint = endpoint
    this.#signal = signal
  }

  async call(command: string, args: Values): Promise<unknown> {
    return textsOf(await this.#one(command, args))
  }

  async callBuffer(command: string, args: Values): Promise<unknown> {
    return bytesOf(await this.#one(command, args))
  }

  pipeline(): Batch {
    return new HttpBatch(this.#endpoint, this.#signal)
  }

  formOf(script: Script): Script {
    return jsonScript(script)
  }

  async #one(command: string, args: Values): Promise<unknown> {
    const [outcome] = await this.#endpoint.send([wordsOf(command, args)], this.#signal)
    if (outcome === undefined || 'error' in outcome) throw outcome?.error
    return outcome.result
  }
}

class HttpBatch implements Batch {
  readonly #endpoint: Endpoint
  readonly #signal: AbortSignal
  readonly #commands: Words[] = []
  readonly #reading: ((result: unknown) => unknown)[] = []

  constructor(endpoint: Endpoint, signal: AbortSignal) {
    this.#endpoint = endpoint
    this.#signal = signal
  }

  call(command: string, args: Values): void {
    this.#add(command, args, textsOf)
  }

  callBuffer(command: string, args: Values): void {
    this.#add(command, args, bytesOf)
  }

  async exec(): Promise<readonly Reply[]> {
    const outcomes = await this.#endpoint.send(this.#commands, this.#signal)
    return outcomes.map((outcome, n) =>
      'error' in outcome ? [outcome.error, undefined] : [null, this.#reading[n]?.(outcome.result)],
    )
  }

  #add(command: string, args: Values, read: (result: unknown) => unknown): void {
    this.#commands.push(wordsOf(command, args))
    this.#reading.push(read)
  }
}

/** A command as JSON has it: text alone, so that no server takes a number for another one. */
function wordsOf(command: string, args: Values): Words {
  const [first, keys] = args
  if (!/^eval(?:sha)?$/i.test(command)) return [command, ...args.map(String)]
  const ofScript = 2 + Number(keys)
  const word = (value: Value, n: number): string => (n < ofScript ? String(value) : scriptArgument(value))
  return [command, String(first), ...args.slice(1).map((value, n) => word(value, n + 1))]
}
