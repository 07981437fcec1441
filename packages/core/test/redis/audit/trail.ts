import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Redstart } from '../../../src/index.ts'
import type { AuditStream } from '../../../src/redis/index.ts'

/** Who answers commands. */
interface Commanded {
  command(...command: readonly string[]): Promise<unknown>
}

/** Arguments of the line `ACL SETUSER shop-audit ...` of docs/sessions.md, for another stream. */
export function documentedAuditRights(key: string): readonly string[] {
  const page = readFileSync(new URL('../../../../../docs/sessions.md', import.meta.url), 'utf8')
  const [line, ...more] = page.split('\n').filter((each) => each.startsWith('ACL SETUSER shop-audit '))
  if (line === undefined || more.length > 0) throw new Error('docs/sessions.md has no such line, or more than one')
  const rights = line.replace('ACL SETUSER shop-audit on >secret ', '').replaceAll('shop:audit', key)
  return rights.split(' ')
}

/** The entries of a stream, as they were written. */
export async function entriesOf(server: Commanded, key: string): Promise<readonly Readonly<Record<string, string>>[]> {
  // What XRANGE answers with.
  const entries = (await server.command('XRANGE', key, '-', '+')) as readonly (readonly [string, readonly string[]])[]
  return entries.map(([, flat]) =>
    Object.fromEntries(Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n] ?? '', flat[2 * n + 1] ?? ''])),
  )
}

/** Waits until so many events were written. */
export async function filled(audit: AuditStream, written: number): Promise<void> {
  await expect.poll(() => audit.counts.written).toBe(written)
}

/** A visitor and a user, whose sessions an administrator ends: three events. */
export async function signInAndOut({
  sessions,
}: Redstart): Promise<{ readonly secrets: readonly string[]; readonly sids: readonly string[] }> {
  const visit = await sessions.open([], {})
  Object.assign(visit.session ?? {}, { a: 1 })
  await visit.commit()
  const { session, cookie } = await sessions.create({ userId: 'ada' })
  await sessions.user('ada').revokeAll()
  const cookies = [cookie.value, ...(visit.cookie?.kind === 'set' ? [visit.cookie.value] : [])]
  return {
    secrets: cookies.map((value) => value.split('.').at(-2) ?? ''),
    sids: [visit.session?.id ?? '', session.id],
  }
}
