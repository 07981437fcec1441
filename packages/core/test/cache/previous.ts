import { describe, expect, it } from 'vitest'
import {
  type Backend,
  createRedstart,
  type InvalidationTarget,
  type LoadContext,
  type Redstart,
} from '../../src/index.ts'
import { gate } from './instance.ts'

interface Page {
  readonly version: number
  readonly dish: string
}

/** How a loader may make its value of the one that was there before. */
const WAYS: Readonly<Record<string, (context: LoadContext) => Page>> = {
  'is unchanged': (context) => context.unchanged<Page>(),
  'was computed from the one before': ({ previous }) => previous?.value as Page, // as the first load returned it
}

/** What the first load hung on. */
const TARGETS: readonly (readonly [what: string, target: InvalidationTarget])[] = [
  ['a tag of the call', { tags: ['called'] }],
  ['a tag of its loader', { tags: ['said'] }],
  ['a tag that followed from it', { tags: ['version:1'] }],
  ['a part', { keys: ['dish:1'] }],
  ['a tag of a part', { tags: ['soups'] }],
  ['what a part found missing', { keys: ['salt:1'] }],
]

/** What the value before hung on, values made of it hang on: over whichever backend. */
export function describePrevious(
  where: string,
  openBackend: () => { readonly backend: Backend; readonly app: string },
): void {
  describe.each(['bounded', 'strict'] as const)(`over ${where}, %s: a value that`, (consistency) => {
    const fleet = async (use: (here: Redstart, there: Redstart) => Promise<void>): Promise<void> => {
      const options = { ...openBackend(), consistency, maxStaleness: 1000, deadline: '5s' } as const
      const [here, there] = [createRedstart(options), createRedstart(options)]
      try {
        await Promise.all([here.ready({ timeout: '30s' }), there.ready({ timeout: '30s' })])
        await use(here, there)
      } finally {
        await Promise.all([here.close(), there.close()])
      }
    }

    describe.each(Object.entries(WAYS))('%s', (_, again) => {
      it.each(TARGETS)(`goes with %s`, async (_what, target) => {
        await fleet(async (here, there) => {
          const read = reader(here)
          expect(await read(loadPage(here))).toMatchObject({ version: 1 })
          for (let time = 0; time < 2; time += 1) expect(await read(again, true)).toMatchObject({ version: 1 })
          expect(await read(() => loaded(2))).toMatchObject({ version: 1 })
          await here.invalidate(target)
          expect(await read(() => loaded(2))).toMatchObject({ version: 2 })
          expect((await reader(there)(() => loaded(3))).version).toBeGreaterThan(1)
        })
      })

      it.each(TARGETS)(`goes with %s that another instance invalidates while it is made`, async (_what, target) => {
        await fleet(async (here, there) => {
          const read = reader(here)
          await read(loadPage(here))
          const [begun, end] = [gate(), gate()]
          const reading = read(async (context) => {
            const value = again(context)
            begun.pass()
            await end.promise
            return value
          }, true)
          await begun.promise
          expect(await there.invalidate(target)).toEqual({ reached: 'all' })
          end.pass()
          await reading
          await expect.poll(async () => (await read(() => loaded(2))).version).toBe(2)
          expect((await reader(there)(() => loaded(3))).version).toBeGreaterThan(1)
        })
      })
    })

    it.each(TARGETS)('went with %s is not there to be compared with', async (_, target) => {
      await fleet(async (here, there) => {
        const read = reader(here)
        await read(loadPage(here))
        await read((context) => context.unchanged<Page>(), true)
        expect(await there.invalidate(target)).toEqual({ reached: 'all' })
        const offered = async (): Promise<unknown> => {
          let previous: unknown
          await here.cache.getOrSet(
            'page:1',
            (context) => {
              previous = context.previous
              return previous === undefined ? loaded(2) : context.unchanged<Page>()
            },
            { refresh: true },
          )
          return previous
        }
        if (consistency === 'strict') await here.cache.get('page:1')
        await expect.poll(offered, { interval: 1 }).toBeUndefined()
      })
    })

    it('was not looked at hands nothing on', async () => {
      await fleet(async (here) => {
        const read = reader(here)
        await read(loadPage(here))
        await here.cache.getOrSet('page:1', (context) => loaded(context.previous === undefined ? 0 : 2), {
          refresh: true,
        })
        await here.invalidate({ tags: ['said', 'soups'] })
        expect(await read(() => loaded(3))).toMatchObject({ version: 2 })
      })
    })
  })
}

function loaded(version: number): Page {
  return { version, dish: '' }
}

/** The first load: with tags of every kind, and a part that has some as well. */
function loadPage({ cache }: Redstart): (context: LoadContext) => Promise<Page> {
  return async (context) => {
    context.tags('said')
    const dish = await cache.getOrSet('dish:1', async () => `soup with ${String(await cache.get('salt:1'))}`, {
      tags: ['soups'],
    })
    return { version: 1, dish }
  }
}

type Read = (load: (context: LoadContext) => Page | Promise<Page>, refresh?: boolean) => Promise<Page>

/** Each load of the page has the tags of the first one only where it takes them over. */
function reader({ cache }: Redstart): Read {
  let first = true
  return async (load, refresh = false) => {
    const tags = first ? (page: Page) => ['called', `version:${page.version}`] : []
    first = false
    return cache.getOrSet('page:1', load, { tags, refresh, ttl: '1h' })
  }
}
