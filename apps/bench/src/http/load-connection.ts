import { Buffer } from 'node:buffer'
import { connect, type Socket } from 'node:net'

/** One connection that is kept, and one request on it at a time. It looks at no more of an answer than it has to. */
export class LoadConnection {
  readonly #socket: Socket
  readonly #host: string
  /** Of the answer that is on its way; undefined before its head has come. */
  #left: number | undefined
  #head = ''
  #answered: (() => void) | undefined
  #failed: ((error: Error) => void) | undefined

  constructor(port: number) {
    const buffer = Buffer.allocUnsafeSlow(65_536)
    const callback = (bytes: number): boolean => {
      this.#take(buffer, bytes)
      return true
    }
    this.#host = `127.0.0.1:${port}`
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
    this.#socket.on('error', (error) => this.#failed?.(error))
    this.#socket.on('close', () => this.#failed?.(new Error('the server has closed the connection')))
  }

  /** Resolves when the answer is there. @throws Error where it is none of 200, or does not say its length. */
  ask(target: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve
      this.#failed = reject
      this.#socket.write(`GET ${target} HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`, 'latin1')
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(buffer: Buffer, bytes: number): void {
    if (this.#left === undefined) {
      const head = this.#head + buffer.toString('latin1', 0, Math.min(bytes, LONGEST_HEAD))
      const body = head.indexOf('\r\n\r\n') + 4
      if (body === 3) {
        this.#head = head
        return
      }
      const length = LENGTH.exec(head)?.[1]
      if (length === undefined || !head.startsWith('HTTP/1.1 200 ')) return this.#failed?.(new Error(head))
      this.#left = Number(length) + body - this.#head.length
      this.#head = ''
    }
    this.#left -= bytes
    if (this.#left > 0) return
    this.#left = undefined
    this.#answered?.()
  }
}

/** Of all that is served here. */
const LONGEST_HEAD = 1000
const LENGTH = /\r\ncontent-length: (\d+)/i
