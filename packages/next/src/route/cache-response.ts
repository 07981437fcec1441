import type { CacheForOptions, CacheResponseOptions, CacheSource } from '@redstart/core/http'
import { cacheResponses, markPrivate, noteLifetime, noteTags } from '@redstart/core/http'
import { CONNECTION_OPTIONS, connectionOf } from '../client-address/connection.ts'
import { useOf } from './late-use.ts'
import { type Owner, withOwner } from './owner.ts'
import type { RouteHandler, WrappedRoute } from './route-handler.ts'
import type { RunOptions } from './run-policies.ts'
import { runRoute } from './run-route.ts'
import { loadJar } from './watch-jar.ts'
import { hasSetCookies, isDraft, placeOf, whenSessionIsSeen } from './what-next-knows.ts'

/** Which answers of a route are cached, for whom, and for how long. */
export interface CacheRouteOptions<Incoming extends Request = Request>
  extends Omit<CacheResponseOptions<Incoming>, 'user'>, RunOptions {
  /**
   * Whose the answer is, as a text: it is then stored for that user alone, and clients are told that it is private. Where it
   * gives undefined or null, the answer is neither stored nor looked for; an empty text or no text is an error. It may be
   * async: `async () => (await getSession()).userId`.
   *
   * @default answers are shared, and none that a session was used for is stored
   */
  readonly user?: (request: Incoming) => Owner | Promise<Owner>
}

/**
 * A response cache in front of a route handler that Next.js itself would run for each request.
 *
 * ```ts
 * export const GET = cacheResponse(redstart, { ttl: '1m', tags: ['menu'] }, async (request) => {
 *   cacheTags(request, `dish:${request.nextUrl.searchParams.get('dish')}`)
 *   return Response.json(await menu())
 * })
 * ```
 *
 * What was cached is dropped by `redstart.invalidate({ tags: ['menu'] })`, and by `updateTag('menu')` and
 * `revalidateTag('menu', 'max')` of an app that is wired with `withRedstart()`. What is stale is refreshed behind the
 * client's back by the same handlers. `withSession()` goes behind it. What an editor sees in draft mode is neither stored
 * nor looked for; an answer that sets cookies through `cookies()`, or was made from a session, is not stored.
 *
 * @param from an instance, or its `cache`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function cacheResponse<Incoming extends Request, Context>(
  from: CacheSource,
  options: CacheRouteOptions<NoInfer<Incoming>>,
  handler: RouteHandler<Incoming, Context>,
): WrappedRoute<Incoming, Context> {
  const places = new WeakMap<Request, readonly string[]>()
  const key = (request: Incoming): readonly string[] => [...(places.get(request) ?? []), ...ownKey(options, request)]
  const { user, ...shared } = options
  const use = useOf(from, () =>
    user === undefined
      ? cacheResponses<Incoming>(from, { ...shared, key }, RUN_OPTIONS)
      : withOwner(user, (atOnce) => cacheResponses<Incoming>(from, { ...shared, key, user: atOnce }, RUN_OPTIONS)),
  )
  const connection = connectionOf(options)
  const { onError = (error: unknown) => console.error(error) } = options
  const watched: typeof handler = async (request, context) => {
    // Nothing in an answer says so, and a stream may look when its head has left.
    await whenSessionIsSeen(() => markPrivate(request, 'session'))
    try {
      return await handler(request, context)
    } finally {
      // Of what redirect() and notFound() throw as well, which is an answer.
      if (options.stripSetCookie !== true && (await hasSetCookies())) noteLifetime(request, false)
    }
  }
  return async function redstartCache(request, context) {
    if (await isDraft(request)) return await handler(request, context)
    places.set(request, await placeOf(context))
    if (options.audit !== undefined) await loadJar()
    const failed = (error: unknown): void => onError(error, request)
    return await runRoute({
      ...{ request, context, uses: [use], handler: watched, whole: redstartCache, connection, failed },
    })
  }
}

function ownKey<Incoming extends Request>({ key }: CacheRouteOptions<Incoming>, request: Incoming): readonly string[] {
  const own = key?.(request)
  return own === undefined ? [] : ['key', ...(typeof own === 'string' ? [own] : own)]
}

/**
 * Adds tags to what is cached of this request's answer, by which `invalidate({ tags })` drops it.
 *
 * @param request that the handler was given.
 * @throws RedstartError `INVALID_ARGUMENT` for a tag that is not allowed.
 */
export function cacheTags(request: Request, ...tags: readonly string[]): void {
  noteTags(request, tags)
}

/**
 * Says how long this request's answer is fresh in the cache, without telling clients; false for not at all.
 *
 * @param request that the handler was given.
 * @throws RedstartError `INVALID_ARGUMENT` for a duration or tag that is not allowed.
 */
export function cacheFor(request: Request, options: CacheForOptions | false): void {
  noteLifetime(request, options)
}

const RUN_OPTIONS: readonly string[] = ['onError', ...CONNECTION_OPTIONS]
