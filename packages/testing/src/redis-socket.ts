import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { RedstartError } from '@redstart/core'
import type { RedisTarget } from './redis-target.ts'
import { encodeCommand, type RedisArgument, RespParser } from './resp.ts'

/** A connection that speaks RESP and nothing more: no client library stands between a test and Redis. */
export interface RedisSocket {
  /**
   * Sends a command and resolves with its reply.
   *
   * @throws RedstartError `STORE_FAILED` for an error reply, `STORE_UNAVAILABLE` when the connection ended,
   *   `STORE_TIMEOUT` when there was no reply in time.
   */
  send(args: readonly RedisArgument[]): Promise<unknown>
  /** Ends the connection; replies that are owed reject. */
  close(): void
}

/** How to connect. */
export interface RedisSocketOptions {
  /** Milliseconds for each reply, the connection included. */
  readonly timeout: number
  /** Gets what arrives when no reply is owed: pushes, and the lines of MONITOR. */
  readonly onStray?: (value: unknown) => void
}

interface Waiter {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Sends one command over a connection of its own. */
export async function callRedis(
  target: RedisTarget,
  args: readonly RedisArgument[],
  timeout: number,
): Promise<unknown> {
  const socket = openRedisSocket(target, { timeout })
  try {
    return await socket.send(args)
  } finally {
    socket.close()
  }
}

/** Connects, and signs in where the target has a password. Commands may be sent at once. */
export function openRedisSocket(target: RedisTarget, { timeout, onStray }: RedisSocketOptions): RedisSocket {
  const { host, port, tls } = target
  const address = `${host}:${port}`
  const waiters: Waiter[] = []
  const parser = new RespParser()
  const socket: Socket = tls === undefined ? connect({ host, port, noDelay: true }) : connectTls({ ...tls, host, port })
  let ended: RedstartError | undefined

  const end = (code: 'STORE_UNAVAILABLE' | 'STORE_TIMEOUT', why: string): void => {
    ended ??= new RedstartError(code, `Redis at ${address}: ${why}`)
    for (const waiter of waiters.splice(0)) waiter.reject(ended)
    socket.destroy()
  }
  const receive = (chunk: Buffer): void => {
    for (const { kind, value } of parser.push(chunk)) {
      const waiter = kind === 'push' ? undefined : waiters.shift()
      if (waiter === undefined) onStray?.(value)
      else if (value instanceof RedstartError) waiter.reject(value)
      else waiter.resolve(value)
    }
  }
  const send = async (args: readonly RedisArgument[]): Promise<unknown> => {
    if (ended !== undefined) throw ended
    const timer = setTimeout(() => end('STORE_TIMEOUT', `no reply within ${timeout} ms`), timeout)
    try {
      return await new Promise((resolve, reject) => {
        waiters.push({ resolve, reject })
        socket.write(encodeCommand(args))
      })
    } finally {
      clearTimeout(timer)
    }
  }

  socket.on('data', receive)
  socket.on('error', (error) => end('STORE_UNAVAILABLE', error.message))
  socket.on('close', () => end('STORE_UNAVAILABLE', 'the connection ended'))
  const signIn =
    target.password === undefined ? [] : ['AUTH', ...(target.username ? [target.username] : []), target.password]
  // A refused password shows in the reply to the next command.
  if (signIn.length > 0) send(signIn).catch(() => {})
  return { send, close: () => end('STORE_UNAVAILABLE', 'the connection was closed here') }
}
