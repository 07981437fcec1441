import { readFileSync } from 'node:fs'

const page = readFileSync(new URL('../../../../docs/redis.md', import.meta.url), 'utf8')

/** Arguments of the lines `ACL SETUSER shop ...` of docs/redis.md, for other apps: `app` may be a pattern. */
export function documentedRights(app: string): {
  readonly always: readonly string[]
  readonly cluster: readonly string[]
  readonly tracking: readonly string[]
  readonly sessions: readonly string[]
  readonly limits: readonly string[]
} {
  const [always, cluster, tracking, sessions, limits, ...more] = page
    .split('\n')
    .filter((line) => line.startsWith('ACL SETUSER shop '))
    .map((line) => line.replace('ACL SETUSER shop ', '').replace('>secret', '').replaceAll('shop', app))
    .map((line) => line.split(' ').filter(Boolean))
  if (!always || !cluster || !tracking || !sessions || !limits) throw new Error('docs/redis.md lacks a line')
  if (more.length > 0) throw new Error('docs/redis.md has more than five lines')
  return { always, cluster, tracking, sessions, limits }
}
