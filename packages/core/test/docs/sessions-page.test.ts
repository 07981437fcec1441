import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, RedstartError } from '../../src/index.ts'
import { HOOKS } from '../../src/telemetry/hooks.ts'

const PAGE = readFileSync(new URL('../../../../docs/sessions.md', import.meta.url), 'utf8')

describe('docs/sessions.md', () => {
  it('has exactly the events that there are', () => {
    const [, part = ''] = PAGE.split('\n## Numbers and events\n')
    const names = [...part.matchAll(/^\| `(session\w+)` \|/gm)].map(([, name]) => name)
    expect(names).toEqual(Object.keys(HOOKS).filter((name) => name.startsWith('session')))
  })

  it('says the status of each error that it names', () => {
    const named = [...PAGE.matchAll(/`([A-Z_]{4,})` \((\d{3})\)/g)]
    expect(new Set(named.map(([, code]) => code))).toEqual(
      new Set(['LOAD_TIMEOUT', 'SESSION_CONFLICT', 'NOT_SIGNED_IN', 'FORBIDDEN', 'NOT_FRESH', 'SESSION_LIMIT']),
    )
    // What the page names is compared with what the codes mean.
    for (const [, code, status] of named)
      expect([code, new RedstartError(code as ErrorCode, '').status]).toEqual([code, Number(status)])
  })
})
