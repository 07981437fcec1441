import type { Work } from '#next/work-storage'

/** The request is one of an editor who looks at drafts, as Next.js has it: the cookie alone anybody could send. */
export async function isDraft({ headers }: Request): Promise<boolean> {
  if (headers.get('cookie')?.includes('__prerender_bypass=') !== true) return false
  try {
    const { draftMode } = await import('#next/headers')
    return (await draftMode()).isEnabled
  } catch {
    // It is no request of Next.js.
    return false
  }
}

/**
 * Which route answers, with which parameters: Next.js may lead a URL to one or another by its headers, and a path as it was
 * sent is not always the one that the Fetch standard makes of it.
 */
export async function placeOf(context: unknown): Promise<readonly string[]> {
  const params: unknown =
    typeof context === 'object' && context !== null && 'params' in context ? await context.params : undefined
  return [(await workHere())?.route ?? '', JSON.stringify(params) ?? '']
}

async function workHere(): Promise<Work | undefined> {
  // Next.js has its environment made before anything of it may be loaded.
  const { workAsyncStorage } = await import('#next/work-storage')
  return workAsyncStorage.getStore()
}

/**
 * Why what a handler has answered is somebody's, though nothing in its answer says so: cookies that it has set through
 * `cookies()`, which Next.js adds afterwards, and sessions that it has looked at through `getSession()`.
 */
export async function whyPersonal(): Promise<'set-cookie' | 'session' | undefined> {
  try {
    const [{ cookies }, { hasLookedAtSession }, work] = await Promise.all([
      import('#next/headers'),
      import('../session/states.ts'),
      workHere(),
    ])
    if (work === undefined) return undefined
    if (hasLookedAtSession(work)) return 'session'
    // Where Next.js itself looks for those that it adds.
    const set: unknown = Reflect.get(await cookies(), Symbol.for('next.mutated.cookies'))
    return Array.isArray(set) && set.length > 0 ? 'set-cookie' : undefined
  } catch {
    // It is no request of Next.js.
    return undefined
  }
}
