import type { Redis } from 'ioredis'
import { restReply } from './rest-reply.ts'

/** What a request is answered with. */
export interface RestAnswer {
  readonly status: number
  readonly answer: unknown
}

type Command = readonly [name: string, ...args: string[]]

/** Does what a request asks. */
export async function runRest(redis: Redis, path: string, body: string, base64: boolean): Promise<RestAnswer> {
  try {
    const asked = JSON.parse(body) as unknown
    if (path === '/') {
      const [name, ...args] = commandOf(asked)
      return { status: 200, answer: { result: restReply(await redis.callBuffer(name, args), base64) } }
    }
    if (path !== '/pipeline' && path !== '/multi-exec') return refused('ERR Command is not available: path')
    const replies = await together(redis, listOf(asked).map(commandOf), path === '/multi-exec')
    return {
      status: 200,
      answer: replies.map(([error, result]) =>
        error ? { error: error.message } : { result: restReply(result, base64) },
      ),
    }
  } catch (error) {
    if (error instanceof SyntaxError) return refused('ERR failed to parse the request body')
    // ioredis has no connection to write to, or lost it.
    const ofRedis = error instanceof Error && error.name === 'ReplyError'
    return ofRedis ? refused(error.message) : { status: 503, answer: { error: 'ERR the database cannot be reached' } }
  }
}

type Replies = readonly (readonly [error: Error | null, result: unknown])[]

async function together(redis: Redis, commands: readonly Command[], atomic: boolean): Promise<Replies> {
  const batch = atomic ? redis.multi() : redis.pipeline()
  for (const [name, ...args] of commands) batch.callBuffer(name, args)
  const replies = (await batch.exec()) ?? []
  for (const [error] of replies) if (error && error.name !== 'ReplyError') throw error
  return replies
}

function refused(error: string): RestAnswer {
  return { status: 400, answer: { error } }
}

function commandOf(asked: unknown): Command {
  const [name, ...args] = listOf(asked)
  if (typeof name !== 'string') throw new SyntaxError('no command')
  return [name, ...args.map(wordOf)]
}

/** Text is sent as UTF-8, and a number as its digits. */
function wordOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new SyntaxError('no word of a command')
}

function listOf(asked: unknown): readonly unknown[] {
  if (Array.isArray(asked)) return asked
  throw new SyntaxError('no list')
}
