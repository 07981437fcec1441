import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { HOOKS } from '../../src/telemetry/hooks.ts'

const PAGE = readFileSync(new URL('../../../../docs/rate-limit.md', import.meta.url), 'utf8')

it('docs/rate-limit.md has exactly the events that there are', () => {
  const [, part = ''] = PAGE.split('\n## Numbers and events\n')
  const names = [...part.matchAll(/^\| `(limit\w+)` \|/gm)].map(([, name]) => name)
  expect(names).toEqual(Object.keys(HOOKS).filter((name) => name.startsWith('limit')))
})
