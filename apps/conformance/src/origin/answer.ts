import handleTest, { type TestRequest, type TestResponse } from 'http-cache-tests/server/handle-test.mjs'
import { NOT_CONDITIONAL, NOT_CONDITIONAL_HEADER, STATUS_INSTEAD } from './not-conditional.ts'

/** What the suite's server answers, for a framework that makes its responses itself. */
export interface Answer {
  readonly status: number
  /** As the suite writes them. */
  readonly headers: readonly (readonly [name: string, value: string | string[]])[]
  /** Undefined where the status allows none. */
  readonly body: string | undefined
}

/** Has the suite's server answer into a response of Node.js. */
export function answerInto(request: TestRequest, response: TestResponse): void {
  handleTest(testPath(request.url ?? '/'), request, response)
}

/** @returns undefined where the test wants the connection to end without an answer. */
export function answerOf(request: TestRequest): Answer | undefined {
  const response = new AnswerResponse()
  answerInto(request, response)
  return response.answer
}

/** As {@link answerOf}, of a status that frameworks send which know those of HTTP alone. */
export function standardAnswerOf(request: TestRequest): Answer | undefined {
  const answer = answerOf(request)
  if (answer?.status !== NOT_CONDITIONAL) return answer
  return { ...answer, status: STATUS_INSTEAD, headers: [...answer.headers, [NOT_CONDITIONAL_HEADER, '1']] }
}

/** The segments of `/test/<id>/<name>` after the first. */
function testPath(url: string): string[] {
  return new URL(url, 'http://origin.example').pathname.split('/').slice(2)
}

type Value = string | number | readonly string[]

/** Behaves as a response of Node.js does for the suite's server. */
class AnswerResponse implements TestResponse {
  statusCode = 200
  readonly socket: { destroy(): void } = { destroy: () => void (this.#destroyed = true) }
  #destroyed = false
  #body: string | undefined
  /** By their names in lower case. */
  readonly #headers = new Map<string, { readonly name: string; readonly value: Value }>()

  get answer(): Answer | undefined {
    if (this.#destroyed) return undefined
    const headers = [...this.#headers.values()].map(({ name, value }) => [name, sentAs(value)] as const)
    return { status: this.statusCode, headers, body: this.#body }
  }

  setHeader(name: string, value: Value): void {
    this.#headers.set(name.toLowerCase(), { name, value })
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase())
  }

  getHeader(name: string): Value | undefined {
    return this.#headers.get(name.toLowerCase())?.value
  }

  getHeaders(): Readonly<Record<string, Value>> {
    return Object.fromEntries([...this.#headers].map(([key, { value }]) => [key, value]))
  }

  writeHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.statusCode = status
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value)
  }

  write(text: string): void {
    this.#body = (this.#body ?? '') + text
  }

  end(text?: string): void {
    if (text !== undefined) this.write(text)
  }
}

function sentAs(value: Value): string | string[] {
  return typeof value === 'object' ? [...value] : String(value)
}
