import { redis } from '@redstart/core/redis'
import { describe, expect, it } from 'vitest'
import { madeHandlers } from '../made-handlers.ts'
import { told } from '../told.ts'

describe('a Redis that never answered', () => {
  it('is told once to whoever only reads', async () => {
    await using made = madeHandlers({ backend: redis('redis://127.0.0.1:1'), deadline: '50ms' })
    using heard = told()
    for (let asked = 0; asked < 3; asked++) {
      await made.handlers.refreshTags()
      expect(await made.handlers.get('menu', [])).toBeUndefined()
      expect(await new made.handlers({}).get('/menu', { kind: 'APP_PAGE' })).toBeNull()
    }
    expect(heard.warnings).toEqual([expect.stringMatching(/Redis does not answer/)])
  })
})
