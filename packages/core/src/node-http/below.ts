import type { ServerResponse } from 'node:http'
import type { WriteArguments } from './written.ts'

/** What a response did before it was held: Node.js's own functions, or those of middleware that came earlier. */
export interface Below {
  writeHead(status: number, message: string | undefined): void
  write(given: WriteArguments): boolean
  end(given: WriteArguments): void
  flushHeaders(): void
}

export function below(response: ServerResponse): Below {
  const { writeHead, write, end, flushHeaders } = response
  return {
    writeHead: (status, message) => void Reflect.apply(writeHead, response, message ? [status, message] : [status]),
    write: (given) => Reflect.apply(write, response, given) !== false,
    end: (given) => void Reflect.apply(end, response, given),
    flushHeaders: () => flushHeaders.call(response),
  }
}
