import { fork } from 'node:child_process'
import { join } from 'node:path'
import { type Database, listen, type RestaurantRedstart } from '@redstart-example/express'
import { type AppName, APPS, listenerOf } from './apps.ts'
import type { Told } from './database-messages.ts'
import { lendDatabase } from './lent-database.ts'

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../dist/app-process.js')

/** One of the apps, listening. */
export interface StartedApp {
  readonly name: AppName
  readonly port: number
  stop(): Promise<void>
}

export interface StartAppsOptions {
  readonly database: Database
  /** Makes an instance over the same backend: one cannot define the same names for two apps. */
  readonly another: () => RestaurantRedstart
  /** Begins the keys in Redis. */
  readonly app: string
  /** Each in a process of its own, over the Redis of `REDIS_URL`; else all in this one. */
  readonly apart: boolean
  /** The first port that is tried. */
  readonly port: number
}

/** Starts the apps beside the back office, one port after the other. */
export async function startApps(options: StartAppsOptions): Promise<readonly StartedApp[]> {
  const started: StartedApp[] = []
  let { port } = options
  for (const name of APPS) {
    const app = options.apart ? await startApart(name, options, port) : await startHere(name, options, port)
    started.push(app)
    port = app.port + 1
  }
  return started
}

async function startHere(name: AppName, { database, another }: StartAppsOptions, wished: number): Promise<StartedApp> {
  const redstart = another()
  const { server, port } = await listen(await listenerOf(name, { database, redstart }), String(wished))
  const stop = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await redstart.close()
  }
  return { name, port, stop }
}

async function startApart(name: AppName, { database, app }: StartAppsOptions, wished: number): Promise<StartedApp> {
  const env = { ...process.env, PORT: String(wished) }
  const child = fork(PROGRAM, [name, app], { env, execArgv: [], serialization: 'advanced' })
  lendDatabase(child, database)
  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (message: Told) => {
      if ('kind' in message && message.kind === 'listening') resolve(message.port)
    })
    child.once('exit', (code) => reject(new Error(`The app ${name} ended with ${code}`)))
  })
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect()
  }
  return { name, port, stop }
}
