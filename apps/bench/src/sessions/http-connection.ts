import { connect, type Socket } from 'node:net'

/** One connection that is kept, and one request on it at a time: so cheap that the server is what is measured. */
export class HttpConnection {
  readonly #socket: Socket
  #received = ''
  #answer: ((response: string) => void) | undefined
  #failed: ((error: Error) => void) | undefined

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#take(text))
    this.#socket.on('error', (error) => this.#failed?.(error))
    this.#socket.on('close', () => this.#failed?.(new Error('the server has closed the connection')))
  }

  /** Head and body of the answer. @throws Error where it is none of 200. */
  async ask(method: string, path: string, cookie: string): Promise<string> {
    const cookies = cookie === '' ? '' : `Cookie: ${cookie}\r\n`
    const length = method === 'POST' ? 'Content-Length: 0\r\n' : ''
    const answer = await new Promise<string>((resolve, reject) => {
      this.#answer = resolve
      this.#failed = reject
      this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: bench\r\n${cookies}${length}\r\n`)
    })
    if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(answer.slice(0, 200))
    return answer
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#received += text
    if (!isWhole(this.#received)) return
    const answer = this.#received
    this.#received = ''
    this.#answer?.(answer)
  }
}

function isWhole(received: string): boolean {
  const body = received.indexOf('\r\n\r\n') + 4
  if (body === 3) return false
  if (/\r\ntransfer-encoding: chunked\r\n/i.test(received.slice(0, body))) return received.endsWith('\r\n0\r\n\r\n')
  return received.length >= body + Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0)
}
