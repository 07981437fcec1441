import { expect } from 'vitest'
import { shownIn } from '../browser.ts'
import { act, after, dish, type Stage, type Step } from '../stage.ts'

/** Who looks, and at which clock. */
export const clients: readonly Step[] = [
  {
    name: '8. links on B lead to pages that A rendered, without errors, and each is fetched beforehand once',
    run: links,
  },
  { name: '10. the connections of a process stay as many as they were', run: connections },
  { name: '15. the clocks of processes may be wrong', run: skewed },
]

async function links(stage: Stage): Promise<void> {
  const { a, b, browser } = stage
  expect(await dish(stage, a, 'linked')).toMatchObject({ stamp: 'A:1' })
  const prefetches: string[] = []
  const seen = await browser.use(b, '/links', async ({ page, errors }) => {
    page.on('request', (request) => {
      if (request.url().includes('_rsc=')) prefetches.push(request.url())
    })
    await page.waitForLoadState('networkidle')
    await page.reload({ waitUntil: 'networkidle' })
    const settled = prefetches.length
    await page.mouse.move(5, 5)
    await page.waitForLoadState('networkidle')
    expect(prefetches.length).toBe(settled)
    await page.click('a[href="/dish/linked"]')
    await page.locator('[data-shown="linked"]').waitFor()
    const shown = await shownIn(page)
    await page.goBack()
    await page.click('a[href="/part/linked"]')
    await page.locator('[data-shown="part linked"]').waitFor()
    return { shown, errors }
  })
  expect(seen).toEqual({ shown: { linked: { stamp: 'A:1', version: '1' } }, errors: [] })
  expect(prefetches.length).toBeLessThan(60)
}

async function connections({ a, b, redis, browser }: Stage): Promise<void> {
  const count = async (): Promise<number> => {
    const list = String(await redis.server.command('CLIENT', 'LIST'))
    return list.split('\n').filter((line) => /name=redstart/.test(line)).length
  }
  await browser.visit(a, '/dish/ten')
  await browser.visit(b, '/dish/ten')
  const before = await count()
  expect(before).toBeGreaterThan(0)
  for (const { origin } of [a, b])
    for (let n = 0; n < 50; n += 1) {
      const answers = await Promise.all(
        ['/dish/ten', `/dish/ten-${n}`, '/part/ten'].map((path) => fetch(`${origin}${path}`)),
      )
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      await Promise.all(answers.map((answer) => answer.arrayBuffer()))
    }
  expect(await count()).toBe(before)
}

const TWO_HOURS_MS = 7_200_000

async function skewed(stage: Stage): Promise<void> {
  const { a, build, start, database } = stage
  for (const { name, skew } of [
    { name: 'F', skew: TWO_HOURS_MS },
    { name: 'G', skew: -TWO_HOURS_MS },
  ]) {
    const wrong = await start(build, name, { skew })
    const [own, theirs] = [`right-${name}`, `wrong-${name}`].map((slug) => slug.toLowerCase()) as [string, string]
    expect(await dish(stage, a, own)).toMatchObject({ cache: 'MISS', stamp: 'A:1' })
    expect(await dish(stage, wrong, own)).toMatchObject({ cache: 'HIT', stamp: 'A:1' })
    expect(await dish(stage, wrong, theirs)).toMatchObject({ cache: 'MISS', stamp: `${name}:1` })
    expect(await dish(stage, a, theirs)).toMatchObject({ cache: 'HIT', stamp: `${name}:1` })
    for (const [slug, by, other] of [
      [own, wrong, a],
      [theirs, a, wrong],
    ] as const) {
      database.set(slug, '2')
      await act(stage, by, 'update', `dish:${slug}`)
      await after(stage, () => dish(stage, other, slug), { cache: 'MISS', version: '2' })
      expect(await dish(stage, by, slug)).toMatchObject({ cache: 'HIT', version: '2' })
    }
    await wrong.stop()
  }
}
