import { refused, ReplyError, requestFailed, tooLarge, unanswered } from './failures.ts'
import { Gathering, type Words } from './gathering.ts'
import type { HttpSettings } from './settings.ts'

/** What came of one command. */
export type Outcome = { readonly result: unknown } | { readonly error: ReplyError }

/** The REST API of a Redis: JSON in, JSON out, with the strings of replies in base64. */
export class Endpoint {
  readonly #settings: HttpSettings
  readonly #headers: Readonly<Record<string, string>>
  readonly #gathering: Gathering<Outcome>

  constructor(settings: HttpSettings) {
    this.#settings = settings
    this.#headers = {
      authorization: `Bearer ${settings.token}`,
      'content-type': 'application/json',
      'upstash-encoding': 'base64',
    }
    this.#gathering = new Gathering((commands, signal) => this.#request(commands, signal))
  }

  /**
   * Sends commands that stay together and in their order; others may come between. Rejects with a {@link ReplyError} where
   * all of it was answered with one error, with a `RedstartError` where no answer came.
   */
  send(commands: readonly Words[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#gathering.add(commands, signal)
  }

  async #request(commands: readonly Words[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const [only] = commands
    if (commands.length === 1) return [this.#outcomeOf(await this.#post('', only, signal))]
    const answer = await this.#post('/pipeline', commands, signal)
    if (!Array.isArray(answer)) {
      const outcome = this.#outcomeOf(answer)
      throw 'error' in outcome ? outcome.error : unanswered('it holds one reply to several commands')
    }
    const outcomes = answer.map((each: unknown) => this.#outcomeOf(each))
    if (outcomes.length === commands.length) return outcomes
    throw unanswered(`it holds ${outcomes.length} replies to ${commands.length} commands`)
  }

  /** An answer, or an error that stands in its place. */
  async #post(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const { url, fetch = globalThis.fetch } = this.#settings
    const headers = { ...this.#headers }
    const request = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'manual', signal } as const
    let status: number
    let text: string
    try {
      const response = await fetch(`${url}${path}`, request)
      status = response.status
      text = await response.text()
    } catch (error) {
      throw requestFailed(error)
    }
    const answer = parsed(text)
    if (answer !== undefined && (status === 200 || status === 400)) return answer
    if (status >= 500) throw unanswered(`status ${status}`)
    // A part of an answer, or what a proxy says in its own words.
    if (status >= 200 && status < 300) throw unanswered(`status ${status} with what is no JSON`)
    throw refused(status)
  }

  #outcomeOf(answer: unknown): Outcome {
    if (typeof answer === 'object' && answer !== null) {
      if ('error' in answer && typeof answer.error === 'string') return { error: this.#errorOf(answer.error) }
      if ('result' in answer) return { result: answer.result }
    }
    throw unanswered('it is in a form that no REST API of Redis has')
  }

  #errorOf(message: string): ReplyError {
    if (/^ERR max request size exceeded/i.test(message)) throw tooLarge()
    return new ReplyError(message.replaceAll(this.#settings.token, '...'))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
