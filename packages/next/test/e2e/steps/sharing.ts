import { expect } from 'vitest'
import type { Instance } from '../instance.ts'
import { after, dish, part, type Stage, type Step } from '../stage.ts'

/** What one process made, the other serves. */
export const sharing: readonly Step[] = [
  {
    name: '1. a page that A rendered is a hit on B',
    async run(stage) {
      const { a, b } = stage
      expect(await dish(stage, a, 'one')).toEqual({ status: 200, cache: 'MISS', stamp: 'A:1', version: '1' })
      for (const instance of [b, a, b])
        expect(await dish(stage, instance, 'one')).toEqual({ status: 200, cache: 'HIT', stamp: 'A:1', version: '1' })
    },
  },
  {
    name: '1. so is a cached part of a page that is rendered for each request',
    async run(stage) {
      const { a, b } = stage
      for (const instance of [a, b, a, b])
        expect(await part(stage, instance, 'one')).toEqual({
          status: 200,
          cache: undefined,
          stamp: 'A:1',
          version: '1',
        })
      expect(stage.database.reads('one')).toBeLessThanOrEqual(2)
    },
  },
  {
    name: '1. so is the answer of a route handler',
    async run({ a, b }) {
      expect(await route(a.origin, 'one')).toEqual({ cache: 'MISS', stamp: 'A:1' })
      for (const { origin } of [b, a]) expect(await route(origin, 'one')).toEqual({ cache: 'HIT', stamp: 'A:1' })
    },
  },
  { name: '1. so is what a module defines once for pages, route handlers and the proxy', run: defined },
  {
    name: '6. a page that the build made is rendered once for all',
    async run(stage) {
      const { a, b } = stage
      expect(await dish(stage, a, 'soup')).toMatchObject({ cache: 'MISS', stamp: 'A:1' })
      for (const instance of [b, a])
        expect(await dish(stage, instance, 'soup')).toMatchObject({ cache: 'HIT', stamp: 'A:1' })
    },
  },
  {
    name: '7. a process of another build never gets the pages of this one, and hears what is invalidated',
    run: otherBuild,
  },
  { name: '12. an image that A made smaller is a hit on B', run: image },
]

interface RouteAnswer {
  readonly cache: string | null
  readonly stamp: unknown
}

async function route(origin: string, slug: string): Promise<RouteAnswer> {
  const answer = await fetch(`${origin}/api/dish/${slug}`)
  // What the fixture answers.
  const { stamp } = (await answer.json()) as { stamp: unknown }
  return { cache: answer.headers.get('x-nextjs-cache'), stamp }
}

/** Each of the three has evaluated the module by itself. */
async function defined({ a, b, browser }: Stage): Promise<void> {
  const price = async ({ origin }: Instance, name: string): Promise<unknown> =>
    await (await fetch(`${origin}/api/price/${name}`)).json()
  const made = (name: string): object => ({ name: `price ${name}`, stamp: 'A:1', version: '1' })
  const { shown } = await browser.visit(a, '/price/page')
  expect(shown).toEqual({ 'price page': { stamp: 'A:1', version: '1' } })
  expect((await fetch(`${a.origin}/orders`)).status).toBe(200)
  expect(await price(a, 'route')).toEqual(made('route'))
  for (const name of ['page', 'proxy', 'route'])
    for (const instance of [b, a]) expect(await price(instance, name)).toEqual(made(name))
}

async function otherBuild(stage: Stage): Promise<void> {
  const { a, b, other, browser, build, express } = stage
  if (other === undefined || express === undefined) throw new Error('this step needs another build')
  const [own, theirs] = [await browser.visit(a, '/dish/seven'), await browser.visit(other, '/dish/seven')]
  expect(own).toMatchObject({ cache: 'MISS', build: build.id, shown: { seven: { stamp: 'A:1' } }, errors: [] })
  expect(theirs).toMatchObject({ cache: 'MISS', shown: { seven: { stamp: 'C:1' } }, errors: [] })
  expect(theirs.build).not.toBe(build.id)
  expect(scriptsOf(theirs.html)).not.toEqual(scriptsOf(own.html))
  expect(await dish(stage, b, 'seven')).toMatchObject({ cache: 'HIT', stamp: 'A:1' })
  expect(await dish(stage, other, 'seven')).toMatchObject({ cache: 'HIT', stamp: 'C:1' })
  stage.database.set('seven', '2')
  await fetch(`${express.origin}/invalidate/dish:seven`, { method: 'POST' })
  await after(stage, () => dish(stage, other, 'seven'), { cache: 'MISS', stamp: 'C:2', version: '2' })
  await after(stage, () => dish(stage, a, 'seven'), { cache: 'MISS', stamp: 'A:2', version: '2' })
}

function scriptsOf(html: string): readonly string[] {
  return [...html.matchAll(/<script src="([^"]+)"/g)].map(([, source = '']) => source).sort()
}

async function image({ a, b, browser }: Stage): Promise<void> {
  const loaded = await browser.use(a, '/picture', async ({ page, errors }) => {
    await expect.poll(() => page.evaluate('document.images[0].naturalWidth')).toBeGreaterThan(0)
    return { source: await page.evaluate('document.images[0].currentSrc'), errors }
  })
  expect(loaded.errors).toEqual([])
  const path = String(loaded.source).slice(a.origin.length)
  const [one, two] = [await picture(`${a.origin}${path}`), await picture(`${b.origin}${path}`)]
  expect(one).toMatchObject({ cache: 'HIT', type: 'image/webp' })
  expect(two).toEqual(one)
}

/** As Chromium asks for it: another kind of image is another entry. */
async function picture(url: string): Promise<object> {
  const answer = await fetch(url, { headers: { accept: 'image/avif,image/webp,image/apng,*/*' } })
  const [cache, type] = ['x-nextjs-cache', 'content-type'].map((name) => answer.headers.get(name))
  return { cache, type, bytes: Buffer.from(await answer.arrayBuffer()).toString('base64') }
}
