import { againByServer, type AnswerAgain, readThrough, targetOfRequest } from '@redstart/core/http'
import type { Context, ExecutionContext } from 'hono'
import type { Connection } from './connection.ts'
import { later } from './later.ts'
import { announce, askedOnceMore, incomingOf } from './served-request.ts'

/** Has an application answer a request: `app.fetch`. */
export type Dispatch = (
  request: Request,
  env: never,
  executionCtx: ExecutionContext | undefined,
) => Response | Promise<Response>

/** By the server of Node.js where the request came through it, else by what was given for it. */
export function againFor(c: Context, connection: Connection, dispatch: Dispatch | undefined): AnswerAgain | undefined {
  const again = byServer(c) ?? (dispatch && byDispatch(c, connection.peer(c), dispatch))
  if (again === undefined) return undefined
  return async (note) => {
    const answered = again(note)
    later(c, answered)
    await answered
  }
}

function byServer(c: Context): AnswerAgain | undefined {
  const incoming = incomingOf(c)
  if (incoming === undefined || !isServed(incoming, c.req.raw)) return undefined
  const again = againByServer({ request: incoming, target: incoming.url, rawHeaders: incoming.rawHeaders })
  return again && (async (note) => await again((request) => note(announce(request))))
}

type Incoming = Parameters<typeof againByServer>[0]['request'] & { readonly url: string }

/** The request is the one that came, or what an application leaves of its path to one that it mounts. */
function isServed(incoming: object, raw: Request): incoming is Incoming {
  const { method, url, socket, rawHeaders } = incoming as Partial<Incoming> // What is looked at is asked for its type.
  return (
    method === raw.method &&
    typeof url === 'string' &&
    url.endsWith(targetOfRequest(raw)) &&
    typeof socket === 'object' &&
    Array.isArray(rawHeaders)
  )
}

function byDispatch(c: Context, peer: string | undefined, dispatch: Dispatch): AnswerAgain {
  return async (note) => {
    try {
      const request = askedOnceMore(c, peer)
      note(request)
      // Bindings, or what a server gives, are what the application says that they are; Hono has none of them otherwise.
      const { body } = await dispatch(request, c.env as never, executionCtxOf(c))
      if (body !== null) await readThrough(body)
    } catch {
      // Whatever became of it: the application has answered its own errors.
    }
  }
}

function executionCtxOf(c: Context): ExecutionContext | undefined {
  try {
    return c.executionCtx
  } catch {
    return undefined
  }
}
