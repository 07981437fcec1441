import { quietly } from '@redstart/core/http'
import type { Work } from '#next/work-storage'
import { onLook } from '../session/looks.ts'

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

/** Tells once that the request that is served looks at a session through `getSession()`, or has looked at one before. */
export async function whenSessionIsSeen(tell: () => void): Promise<void> {
  const work = await workHere()
  if (work !== undefined) onLook(work, tell)
}

/** Whether cookies were set through `cookies()`, which Next.js adds to whatever is answered. */
export async function hasSetCookies(): Promise<boolean> {
  try {
    const { cookies } = await import('#next/headers')
    // Where Next.js itself looks for those that it adds. It reads those that came for that, which nothing depends on.
    const set: unknown = Reflect.get(await quietly(() => cookies()), Symbol.for('next.mutated.cookies'))
    return Array.isArray(set) && set.length > 0
  } catch {
    // It is no request of Next.js.
    return false
  }
}
