import type { Revocation } from '../../session/session-store.ts'

/**
 * A revocation as it is told on the app's channel: `revoked`, namespace, tag or `-`, then `these` and selectors, or `all`
 * and the selector that is left or `-`. One line, so that no version takes it for an invalidation, whose parts are lines.
 */
export function revocationMessage(namespace: string, { tag, sids, except }: Revocation): string {
  const which = sids === undefined ? ['all', except ?? NOBODY] : ['these', ...sids]
  return [WORD, namespace, tag ?? NOBODY, ...which].join(' ')
}

/** What a message of the app's channel tells of the revocations of a namespace; undefined for another message. */
export function revocationOf(message: string, namespace: string): Revocation | undefined {
  if (!message.startsWith(`${WORD} ${namespace} `)) return undefined
  const [tagged, kind, ...sids] = message.slice(WORD.length + namespace.length + 2).split(' ')
  const tag = tagged === NOBODY ? undefined : tagged
  if (kind === 'these') return { tag, sids, except: undefined }
  const [except] = sids
  return kind === 'all' ? { tag, sids: undefined, except: except === NOBODY ? undefined : except } : undefined
}

const WORD = 'revoked'
const NOBODY = '-'
