import { Buffer } from 'node:buffer'
import { connect } from 'node:net'

/** An answer as it came over the wire; the lines of its head are sorted, since their order says nothing. */
export interface RawAnswer {
  readonly status: string
  readonly headers: readonly string[]
  /** With the lengths of its chunks, where it has them. */
  readonly body: string
  /** What came before the answer itself: 100 Continue, 103 Early Hints. */
  readonly interim: readonly string[]
}

/** Sends one request on a connection of its own and reads until the server ends it. */
export async function rawRequest(port: number, method: string, path = '/', version = '1.1'): Promise<RawAnswer> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.setTimeout(10_000, () => socket.destroy(new Error('The server went silent')))
  socket.write(`${method} ${path} HTTP/${version}\r\nHost: app\r\nConnection: close\r\nTE: trailers\r\n\r\n`)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(Buffer.from(chunk as Uint8Array)) // no encoding is set
  return parse(Buffer.concat(chunks).toString('latin1'))
}

/** The headers of one name. */
export function valuesOf({ headers }: RawAnswer, name: string): readonly string[] {
  const prefix = `${name}: `
  return headers.filter((line) => line.toLowerCase().startsWith(prefix)).map((line) => line.slice(prefix.length))
}

function parse(text: string): RawAnswer {
  const interim: string[] = []
  let rest = text
  while (/^HTTP\/1\.1 1\d\d /.test(rest)) {
    const end = rest.indexOf('\r\n\r\n')
    interim.push(rest.slice(0, end))
    rest = rest.slice(end + 4)
  }
  const end = rest.indexOf('\r\n\r\n')
  const [status = '', ...headers] = rest.slice(0, end).split('\r\n')
  const lasting = headers.filter((line) => !line.startsWith('Date: '))
  return { status, headers: lasting.sort(), body: rest.slice(end + 4), interim }
}
