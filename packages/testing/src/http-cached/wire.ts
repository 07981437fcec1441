import { Buffer } from 'node:buffer'
import { connect, type Socket } from 'node:net'

/** A request as it is sent. */
export interface WireRequest {
  /** @default 'GET' */
  readonly method?: string
  /** What stands between method and version. */
  readonly target: string
  /** @default 'app.example' */
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** @default '1.1' */
  readonly version?: '1.0' | '1.1'
}

/** An answer as it came, byte by byte. */
export interface WireAnswer {
  readonly status: number
  /** Names in lower case; of one that came more than once, all values, joined. */
  readonly headers: Readonly<Record<string, string>>
  /** Without the chunks that it came in. */
  readonly body: Buffer
  /** How its end was told. */
  readonly framing: 'none' | 'length' | 'chunked' | 'close'
}

/** Sends requests one after another without waiting, over one connection, and reads their answers. */
export async function pipelined(port: number, requests: readonly WireRequest[]): Promise<readonly WireAnswer[]> {
  if (requests.length === 0) return []
  const socket = openWire(port)
  try {
    for (const [n, request] of requests.entries()) socket.write(wireText(request, n === requests.length - 1))
    const reader = new WireReader(socket)
    const answers: WireAnswer[] = []
    for (const request of requests) answers.push(await reader.next(request.method === 'HEAD'))
    await reader.end()
    return answers
  } finally {
    socket.destroy()
  }
}

/** Sends each request when the one before is answered, over one connection. */
export async function inTurn(port: number, requests: readonly WireRequest[]): Promise<readonly WireAnswer[]> {
  const socket = openWire(port)
  try {
    const reader = new WireReader(socket)
    const answers: WireAnswer[] = []
    for (const request of requests) {
      socket.write(wireText(request, false))
      answers.push(await reader.next(request.method === 'HEAD'))
    }
    return answers
  } finally {
    socket.destroy()
  }
}

/** One request over a connection of its own. */
export async function exchangeOnWire(port: number, request: WireRequest): Promise<WireAnswer> {
  const [answer] = await pipelined(port, [request])
  if (answer === undefined) throw new Error('there was no answer')
  return answer
}

/** @param isLast the connection is to end behind it. */
export function wireText(request: WireRequest, isLast: boolean): string {
  const { method = 'GET', target, host = 'app.example', headers = {}, body = '', version = '1.1' } = request
  const all = {
    host,
    ...headers,
    ...(isLast && { connection: 'close' }),
    ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/${version}\r\n${lines.join('')}\r\n${body}`
}

/** Longer than anything here takes, so that what hangs fails. */
const PATIENCE = 60_000

export function openWire(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error('The server went silent')))
  // Whoever reads is told.
  socket.on('error', () => {})
  return socket
}

/** Reads answers from a connection, each to its last byte and no further. */
export class WireReader {
  readonly #chunks: AsyncIterator<Buffer, undefined>
  #pending: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined> // no encoding is set
  }

  /** @param isHead a head says what its body would be, and has none. */
  async next(isHead: boolean): Promise<WireAnswer> {
    const { status, headers } = await this.head()
    const { framing, body } = await this.#body(isHead || status === 204 || status === 304, headers)
    return { status, headers, framing, body }
  }

  async head(): Promise<Pick<WireAnswer, 'status' | 'headers'>> {
    const [line = '', ...fields] = (await this.#until('\r\n\r\n')).split('\r\n')
    const headers: Record<string, string> = {}
    for (const field of fields) {
      const colon = field.indexOf(':')
      const name = field.slice(0, colon).toLowerCase()
      const value = field.slice(colon + 1).trim()
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
    }
    return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1]), headers }
  }

  /** Nothing comes any more. */
  async end(): Promise<void> {
    if (this.#pending.length > 0 || (await this.#more())) throw new Error('There is more than the answers')
  }

  async #body(isNone: boolean, headers: WireAnswer['headers']): Promise<Pick<WireAnswer, 'framing' | 'body'>> {
    if (isNone) return { framing: 'none', body: Buffer.alloc(0) }
    if (headers['transfer-encoding'] === 'chunked') return { framing: 'chunked', body: await this.#chunked() }
    const length = headers['content-length']
    if (length !== undefined) return { framing: 'length', body: await this.bytes(Number(length)) }
    while (await this.#more());
    return { framing: 'close', body: this.#take(this.#pending.length) }
  }

  async #chunked(): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (;;) {
      const size = Number.parseInt(await this.#until('\r\n'), 16)
      chunks.push(await this.bytes(size))
      if ((await this.#until('\r\n')) !== '') throw new Error('A chunk is longer than it says')
      if (size === 0) return Buffer.concat(chunks)
    }
  }

  async bytes(count: number): Promise<Buffer> {
    const chunks = [this.#pending]
    let length = this.#pending.length
    while (length < count) {
      const chunk = await this.#chunk()
      chunks.push(chunk)
      length += chunk.length
    }
    this.#pending = Buffer.concat(chunks, length)
    return this.#take(count)
  }

  async #until(mark: string): Promise<string> {
    for (;;) {
      const at = this.#pending.indexOf(mark)
      if (at !== -1) return this.#take(at + mark.length).toString('latin1', 0, at)
      this.#pending = Buffer.concat([this.#pending, await this.#chunk()])
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next()
    if (next.done === true) return false
    this.#pending = Buffer.concat([this.#pending, next.value])
    return true
  }

  async #chunk(): Promise<Buffer> {
    const next = await this.#chunks.next()
    if (next.done === true) throw new Error('The connection ended within an answer')
    return next.value
  }

  #take(count: number): Buffer {
    const taken = this.#pending.subarray(0, count)
    this.#pending = this.#pending.subarray(count)
    return taken
  }
}
