import type * as ownHeaders from '../src/next/headers.d.ts'
import type * as ownServer from '../src/next/server.d.ts'
import type * as ownWork from '../src/next/work-storage.d.ts'
import type * as ownWorkUnit from '../src/next/work-unit-storage.d.ts'
import { createRedstart, type Session } from '@redstart/core'
import { nextSessions, type ReadonlySession, returnPath } from '@redstart/next/session'
import * as workUnitStorage from 'next/dist/server/app-render/work-unit-async-storage.external.js'
import * as workStorage from 'next/dist/server/app-render/work-async-storage.external.js'
import * as headers from 'next/headers.js'
import type { NextRequest } from 'next/server.js'
import * as server from 'next/server.js'

/** What this package says of modules of Next.js is so. */
export const modules: {
  readonly headers: typeof ownHeaders
  readonly server: typeof ownServer
  readonly work: typeof ownWork
  readonly workUnit: typeof ownWorkUnit
} = { headers, server, work: workStorage, workUnit: workUnitStorage }

interface Fields {
  views: number
  basket: { items: string[] }
}

const { getSession, updateSession, withSession, proxySession } = nextSessions(createRedstart<Fields>())

/** As Next.js checks what `route.ts` exports. */
interface RouteModule {
  readonly GET: (
    request: NextRequest,
    context: { readonly params: Promise<{ readonly slug: string }> },
  ) => Response | void | Promise<Response | void>
}

export const route: RouteModule = {
  GET: withSession<{ readonly params: Promise<{ readonly slug: string }> }>(async (request, { session, params }) => {
    const own: Session<Fields> = session
    own.views = (own.views ?? 0) + 1
    return Response.json([request.method, (await params).slug])
  }),
}

export const ofNext: RouteModule['GET'] = withSession<object, NextRequest>((request, { session }) =>
  Response.json([request.nextUrl.pathname, session.userId]),
)

/** As `proxy.ts` exports it. */
export const proxy: (request: NextRequest) => Promise<Response> = proxySession<NextRequest>(
  { protect: ['/account'], signIn: '/login' },
  (request) => (request.cookies.has('old') ? server.NextResponse.redirect(new URL('/new', request.url)) : undefined),
)
export const plainProxy: (request: NextRequest) => Promise<Response> = proxySession({ load: true })

/** Nobody signs in while a page is rendered. */
const signingIn: Extract<keyof ReadonlySession<Fields>, 'login' | 'logout' | 'rotate' | 'takeFlash'>[] = []
export const none: readonly never[] = signingIn

export async function page(): Promise<string> {
  const session: ReadonlySession<Fields> = await getSession()
  // @ts-expect-error -- it is only read here
  session.views = 1
  // @ts-expect-error -- all the way down
  const items: string[] | undefined = session.basket?.items
  return `${session.views?.toFixed()} ${session.userId} ${items?.length}`
}

export async function action(form: FormData): Promise<string> {
  const views: number = await updateSession((session) => (session.views = (session.views ?? 0) + 1))
  return `${views} ${returnPath(form.get('returnTo'))}`
}
