import { isTag } from '../../keys.ts'
import { type CacheStatus, cacheStatus } from '../caching/cache-status.ts'
import { freshenedByHead } from '../caching/freshen.ts'
import { invalidatedGroups } from '../caching/groups.ts'
import { invalidatedUris } from '../caching/invalidated.ts'
import type { HttpExchange, LeavingHead } from '../exchange.ts'
import type { Decided } from '../policy-use.ts'
import type { Asked } from './asked.ts'
import type { ResponseCacheParts } from './parts.ts'
import type { PreparedAnswer } from './prepared.ts'

/** A request that the cache has nothing to do with, but for saying so. */
export function passing(exchange: HttpExchange, name: string | undefined, status: CacheStatus): Decided {
  if (name === undefined) return NOTHING
  return {
    settle: () => {
      tellStatus(exchange, name, status)
      return undefined
    },
  }
}

const NOTHING: Decided = { settle: undefined }

/** Adds what happened here to what caches in front of this one have said. */
function tellStatus(exchange: HttpExchange, name: string | undefined, status: CacheStatus): void {
  if (name !== undefined) exchange.appendHeader('Cache-Status', cacheStatus(name, status))
}

/** A request for the head alone, which may say that what is stored is another answer by now (RFC 9111 4.3.5). */
export function checking(
  { exchange, path }: Pick<Asked<unknown>, 'exchange' | 'path'>,
  { stored }: PreparedAnswer,
  status: CacheStatus,
  { settings, drop }: Pick<ResponseCacheParts<never>, 'settings' | 'drop'>,
): Decided {
  return {
    settle: async (head) => {
      tellStatus(exchange, settings.cacheStatus, status)
      const page = path.slice(0, path.lastIndexOf(':') + 1)
      const said = freshenedByHead({ headers: stored.headers, length: stored.body.length }, head)
      const { host, target } = exchange
      if (said === 'gone') await drop({ host, targets: [target], prefixes: [page], tags: [] })
      return undefined
    },
  }
}

/** A request that changes something: what it changed is dropped before its answer leaves (RFC 9111 4.4, RFC 9875). */
export function unsafe<Context>(
  exchange: HttpExchange,
  { keys, settings, drop }: Pick<ResponseCacheParts<Context>, 'keys' | 'settings' | 'drop'>,
): Decided {
  return {
    settle: async (head) => {
      tellStatus(exchange, settings.cacheStatus, { fwd: 'method' })
      const changed = changedBy(exchange, head)
      const { host } = exchange
      const prefixes = changed.targets.flatMap((target) => keys.pagesOf(host, target))
      if (prefixes.length > 0 || changed.tags.length > 0) await drop({ host, prefixes, ...changed })
      return undefined
    },
  }
}

function changedBy(
  exchange: HttpExchange,
  head: LeavingHead,
): { readonly targets: readonly string[]; readonly tags: readonly string[] } {
  const { method, target, secure, host } = exchange
  const answer = { status: head.status, header: (name: string) => head.header(name) }
  const origin = `${secure ? 'https' : 'http'}://${host ?? 'localhost'}`
  const targets = invalidatedUris({ method, origin, target }, answer)
  // No page is in a group that could be no tag.
  return { targets, tags: targets.length > 0 ? invalidatedGroups(answer.header).filter(isTag) : [] }
}
