import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Row } from '../benchmark.ts'
import { compare, type Pace } from '../rounds.ts'
import { HttpConnection } from '../sessions/http-connection.ts'
import { LISTEN } from './apps.ts'

/** Requests that are under way at a time, each of somebody else. */
const TOGETHER = 32

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../../dist/limits/server.js')

/** Requests with a limit in front of them, and with none, in each framework. */
export async function middlewareRows(url: string, pace: Pace): Promise<Row[]> {
  const rows: Row[] = []
  for (const framework of Object.keys(LISTEN)) {
    const limited = await start('Redstart', [framework, url])
    const free = await start('none', [framework])
    try {
      const results = await compare([limited, free], { ...pace, milliseconds: pace.milliseconds * 5 })
      rows.push({ name: `${framework}, a limit in front of each request`, unit: 'per second', results })
    } finally {
      await limited.end()
      await free.end()
    }
  }
  return rows
}

async function start(name: string, values: readonly string[]) {
  const child = fork(PROGRAM, values, { execArgv: [], env: { ...process.env, NODE_ENV: 'production' } })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)))
    child.once('exit', () => reject(new Error(`the server of ${values[0]} did not start`)))
  })
  const connections = Array.from({ length: TOGETHER }, () => new HttpConnection(port))
  return {
    name,
    async run(operations: number): Promise<void> {
      let left = operations
      const one = async (connection: HttpConnection): Promise<void> => {
        while (left-- > 0) await connection.ask('GET', '/', `user=${left % 1000}`)
      }
      await Promise.all(connections.map(one))
    },
    async end(): Promise<void> {
      for (const connection of connections) connection.close()
      await ended(child)
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  if (child.connected) child.disconnect()
  const late = setTimeout(() => child.kill('SIGKILL'), 2000)
  await exited
  clearTimeout(late)
}
