import { setTimeout } from 'node:timers/promises'
import type { GetContext, IncrementalEntry, IncrementalValue } from '@redstart/next/handlers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { madeHandlers } from '../made-handlers.ts'

const FETCH: GetContext = { kind: 'FETCH', tags: ['dish'], softTags: [] }
const SET = { fetchCache: true, tags: ['dish'] } as const

function fetched(body: string): IncrementalValue {
  return { kind: 'FETCH', data: { headers: {}, body, url: 'http://db.example/' }, revalidate: 3600 }
}

function bodyOf(entry: IncrementalEntry | null): string | undefined {
  return entry?.value?.kind === 'FETCH' ? entry.value.data.body : undefined
}

type Request = InstanceType<ReturnType<typeof madeHandlers>['handlers']>

/** One request asks, some of what it asked for is kept in whatever order, and something is invalidated meanwhile. */
const STEP = fc.oneof(
  fc.record({ does: fc.constantFrom('ask' as const, 'ask again' as const) }),
  fc.record({ does: fc.constantFrom('keep' as const, 'fail' as const), which: fc.nat(10) }),
  fc.record({ does: fc.constantFrom('invalidate' as const, 'sample' as const) }),
)

describe('what overlaps what is invalidated', () => {
  it('is not served when it ends after one that began later', async () => {
    await using made = madeHandlers()
    const [slow, quick, last] = [new made.handlers({}), new made.handlers({}), new made.handlers({})]
    expect(await slow.get('k', FETCH)).toBeNull()
    await made.redstart.invalidate({ tags: ['dish'] })
    expect(await quick.get('k', FETCH)).toBeNull()
    await quick.set('k', fetched('new'), SET)
    expect(bodyOf(await last.get('k', FETCH))).toBe('new')
    await slow.set('k', fetched('old'), SET)
    expect(bodyOf(await last.get('k', FETCH))).not.toBe('old')
  })

  it('is not served where one that began with it ended before', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    for (let asked = 0; asked < 2; asked++) expect(await request.get('k', FETCH)).toBeNull()
    await request.set('k', fetched('old'), SET)
    await made.redstart.invalidate({ tags: ['dish'] })
    expect(await request.get('k', FETCH)).toBeNull()
    await request.set('k', fetched('old'), SET)
    expect(await request.get('k', FETCH)).toBeNull()
  })

  it('is never served afterwards, in whatever order things happen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { maxLength: 24, size: 'max' }), async (steps) => {
        await using made = madeHandlers()
        const making: { request: Request; version: number }[] = []
        let [request, version] = [new made.handlers({}), 0]
        for (const step of steps) {
          if ('which' in step) {
            const [kept] = making.splice(step.which % Math.max(1, making.length), 1)
            if (kept !== undefined && step.does === 'keep')
              await kept.request.set('k', fetched(String(kept.version)), SET)
          } else if (step.does === 'invalidate') {
            version += 1
            await made.redstart.invalidate({ tags: ['dish'] })
          } else if (step.does === 'sample') await made.handlers.refreshTags()
          else {
            if (step.does === 'ask') request = new made.handlers({})
            const found = bodyOf(await request.get('k', FETCH))
            if (found === undefined) making.push({ request, version })
            else expect(Number(found)).toBe(version)
          }
        }
      }),
      { numRuns: process.env['REDSTART_SOAK'] === '1' ? 3000 : 100 },
    )
  })

  it('is not served where making it took longer than loadTimeout', async () => {
    await using made = madeHandlers({ namespaces: { next: { loadTimeout: '1ms' } } })
    const request = new made.handlers({})
    await made.handlers.refreshTags()
    expect(await request.get('k', FETCH)).toBeNull()
    await made.redstart.invalidate({ tags: ['dish'] })
    await setTimeout(20)
    await made.handlers.refreshTags()
    await request.set('k', fetched('old'), SET)
    expect(await request.get('k', FETCH)).toBeNull()
  })

  it('is not kept where nobody asked for it, but for what is made on demand', async () => {
    await using made = madeHandlers()
    await made.handlers.refreshTags()
    await new made.handlers({}).set('k', fetched('old'), SET)
    expect(await new made.handlers({}).get('k', FETCH)).toBeNull()
    const request = new made.handlers({ _requestHeaders: { 'x-prerender-revalidate': 'secret' } })
    await request.set('k', fetched('new'), SET)
    expect(bodyOf(await request.get('k', FETCH))).toBe('new')
  })
})
