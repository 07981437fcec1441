import { ownTags } from '../incremental/own-tags.ts'
import type { IncrementalEntry, IncrementalValue } from '../incremental/values.ts'
import { mayHoldCached } from './cached-parts.ts'
import { readSeed, type SeedQuestion } from './seed-files.ts'

const known = new Map<string, IncrementalValue>()

/**
 * What a page begins with of which nothing can be known before its parameters are: nothing. Next.js lets a build make such a
 * shell, and fails where it has to make it while it runs, so that every page of the route would be an error. The one of the
 * build is as good at any time: what it was made from is left out of it, and read anew by whoever goes on with it. What the
 * client router fetches of it beforehand is code alone, or is left out as well, so that it is answered by 404.
 *
 * @param now the wall's time in ms.
 */
export async function bareShell(question: SeedQuestion, now: number): Promise<IncrementalEntry | null> {
  if (question.context.isFallback !== true || question.context.kind !== 'APP_PAGE') return null
  const id = `${question.serverDistDir}\n${question.key}`
  const value = known.get(id) ?? withoutData(await readSeed(question))
  if (value === undefined) return null
  known.set(id, value)
  return { value, lastModified: now, cacheControl: { revalidate: false, expire: undefined } }
}

function withoutData(value: IncrementalValue | undefined): IncrementalValue | undefined {
  if (value?.kind !== 'APP_PAGE' || value.html !== '' || value.postponed === undefined) return undefined
  const { postponed } = value
  const state = stateOf(postponed)
  if (state === undefined) return undefined
  const cached = mayHoldCached(ownTags(value), postponed.slice(state.length))
  const segmentData = cached ? new Map<string, Buffer>() : value.segmentData
  return { ...value, postponed: `${state}${NO_DATA}`, segmentData }
}

/** Next.js writes `<length>:<state><what was read from caches>`, the last as `null` where that is nothing. */
const NO_DATA = 'null'

function stateOf(postponed: string): string | undefined {
  const [head, length] = /^(\d+):/.exec(postponed) ?? []
  if (head === undefined) return undefined
  const end = head.length + Number(length)
  return end <= postponed.length ? postponed.slice(0, end) : undefined
}
