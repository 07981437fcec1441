import { setTimeout } from 'node:timers/promises'
import { createRedstart, type Redstart } from '@redstart/core'
import { byteCache } from '@redstart/core/byte-cache'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chronicle } from '../../src/seeds/chronicle.ts'
import { type MadeHandlers, madeHandlers } from '../made-handlers.ts'
import { keyOf, MadeBuild, type MadePage, PREVIEW } from './made-build.ts'

/** How far the clock of a builder may be from Redis's, in ms. */
const SKEW = 30
const PAGE = { kind: 'APP_PAGE', isFallback: false } as const
const PATIENT = { deadline: '20s' } as const

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const now = (): number => performance.timeOrigin + performance.now()

function menu(html: string): MadePage {
  const meta = { headers: { 'x-next-cache-tags': 'menu' } }
  return { path: '/menu', files: { '.html': html, '.rsc': '' }, meta }
}

/** A process that serves. Asked at each read: what is invalidated by others is known at once. */
function serving(app: string): MadeHandlers {
  const backend = redis(server.url)
  return madeHandlers({ backend, app, consistency: 'strict', ...PATIENT }, { buildClockSkew: SKEW })
}

function chronicleOf(redstart: Redstart): Chronicle {
  return new Chronicle(byteCache(redstart, 'next'), { path: 'next:moments', retention: 60_000, every: 0 })
}

/** What was noted is long enough ago for a build that begins now, by whatever clock. */
async function known(redstart: Redstart): Promise<void> {
  await expect.poll(() => chronicleOf(redstart).momentBefore(now() - 2 * SKEW)).toBeDefined()
}

/** A build of an app that was in use before. */
async function builtBeside({ redstart }: MadeHandlers): Promise<MadeBuild> {
  await chronicleOf(redstart).note()
  await known(redstart)
  return await MadeBuild.make(now(), [menu('<p>built')])
}

async function servedBy({ handlers }: MadeHandlers, serverDistDir: string): Promise<string | undefined> {
  const entry = await new handlers({ serverDistDir }).get(keyOf(menu('')), PAGE)
  return entry?.value?.kind === 'APP_PAGE' ? entry.value.html : undefined
}

/** What happens, in an order that nobody has thought of. */
type Step =
  | { readonly does: 'note' | 'invalidate' | 'make stale' | 'flush' | 'request' | 'request anew' }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'build'; readonly ahead: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      does: fc.constantFrom<'note' | 'request' | 'request anew'>('note', 'request', 'request anew'),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({ does: fc.constantFrom<'invalidate' | 'make stale'>('invalidate', 'make stale') }),
    weight: 2,
  },
  { arbitrary: fc.record({ does: fc.constant<'flush'>('flush') }), weight: 1 },
  { arbitrary: fc.record({ does: fc.constant<'wait'>('wait'), ms: fc.integer({ min: 0, max: 90 }) }), weight: 3 },
  {
    arbitrary: fc.record({ does: fc.constant<'build'>('build'), ahead: fc.integer({ min: -SKEW, max: SKEW }) }),
    weight: 2,
  },
)

const steps: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 3, maxLength: 12 })

let apps = 0

/** One app with its processes and builds, and whether what a build made may be served. */
class World implements AsyncDisposable {
  served = 0
  readonly #app = `seeds-${(apps += 1)}`
  readonly #other: Redstart = createRedstart({ backend: redis(server.url), app: this.#app, ...PATIENT })
  readonly #process: MadeHandlers = serving(this.#app)
  readonly #chronicle = chronicleOf(this.#other)
  #build: MadeBuild | undefined
  #invalidated = false

  /** Most worlds begin with a build of which something is known. */
  async begin(): Promise<void> {
    await this.#chronicle.note()
    await known(this.#other)
    await this.take({ does: 'build', ahead: 0 })
  }

  async take(taken: Step): Promise<void> {
    switch (taken.does) {
      case 'note':
        return await this.#chronicle.note()
      case 'wait':
        await setTimeout(taken.ms)
        return
      case 'flush':
        return void (await server.command('FLUSHALL'))
      case 'invalidate':
      case 'make stale':
        await this.#other.invalidate(
          { tags: ['menu'] },
          { strategy: taken.does === 'invalidate' ? 'immediate' : 'lazy' },
        )
        this.#invalidated ||= taken.does === 'invalidate'
        return
      case 'build': {
        await this.#build?.[Symbol.asyncDispose]()
        this.#invalidated = false
        this.#build = await MadeBuild.make(now() + taken.ahead, [menu('<p>built')])
        return
      }
      case 'request':
        return await this.#request(this.#process)
      case 'request anew': {
        await using process = serving(this.#app)
        return await this.#request(process)
      }
    }
  }

  async #request(process: MadeHandlers): Promise<void> {
    if (this.#build === undefined) return
    const html = await servedBy(process, this.#build.serverDistDir)
    if (html === undefined) return
    this.served += 1
    expect(this.#invalidated, 'what was invalidated was served').toBe(false)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#build?.[Symbol.asyncDispose]()
    await this.#process[Symbol.asyncDispose]()
    await this.#other.close()
  }
}

describe('pages that a build made, over Redis', () => {
  it('are served by all processes, and dropped for all of them', async () => {
    await using old = serving('deployed')
    await using build = await builtBeside(old)
    await using one = serving('deployed')
    await using other = serving('deployed')
    expect(await servedBy(one, build.serverDistDir)).toBe('<p>built')
    expect(await servedBy(other, build.serverDistDir)).toBe('<p>built')
    await old.redstart.invalidate({ tags: ['menu'] })
    expect(await servedBy(one, build.serverDistDir)).toBeUndefined()
    expect(await servedBy(other, build.serverDistDir)).toBeUndefined()
  })

  it('do not come back in any process where res.revalidate() has replaced them', async () => {
    await using old = serving('replaced')
    await using build = await builtBeside(old)
    await using one = serving('replaced')
    await using other = serving('replaced')
    expect(await servedBy(one, build.serverDistDir)).toBe('<p>built')
    const { serverDistDir } = build
    const request = new one.handlers({ serverDistDir, _requestHeaders: { 'x-prerender-revalidate': PREVIEW } })
    await request.set(keyOf(menu('')), null, { kind: 'APP_PAGE', cacheControl: { revalidate: 0.001, expire: 0.001 } })
    await expect.poll(() => servedBy(one, serverDistDir)).toBeUndefined()
    expect(await servedBy(other, serverDistDir)).toBeUndefined()
  })

  it('are never served once they were invalidated, whatever happens between', { timeout: 600_000 }, async () => {
    let served = 0
    await fc.assert(
      fc.asyncProperty(fc.boolean(), steps, async (begun: boolean, taken: readonly Step[]) => {
        await using world = new World()
        if (begun) await world.begin()
        for (const each of taken) await world.take(each)
        served += world.served
      }),
      { numRuns: process.env['REDSTART_SOAK'] === '1' ? 2000 : 30 },
    )
    expect(served).toBeGreaterThan(0)
  })
})
