import { expect } from 'vitest'
import { shownIn } from '../browser.ts'
import { act, after, type Answer, dish, part, press, type Stage, type Step } from '../stage.ts'

/** What is invalidated in one process is gone in all. */
export const invalidating: readonly Step[] = [
  { name: '2. updateTag() in an action: its own answer is fresh, and so is the other process', run: updatePart },
  { name: '2. updateTag() drops a page everywhere', run: (stage) => dropped(stage, 'two', 'update', 'dish:two') },
  {
    name: "3. revalidateTag(tag, 'max'): the other process serves the page once more, then a fresh one",
    run: softPage,
  },
  { name: "3. revalidateTag(tag, 'max') and a cached part of a page", run: softPart },
  {
    name: "4. updateTag(), then revalidateTag(tag, 'max') in one action: what is gone does not come back",
    run: (stage) => dropped(stage, 'four', 'update-then-stale', 'dish:four'),
  },
  { name: "4. updateTag(), and revalidateTag(tag, 'max') in a later action", run: hardThenSoft },
  { name: '5. revalidatePath() of a page', run: (stage) => dropped(stage, 'five', 'path', '/dish/five') },
  {
    name: '5. revalidatePath() of a route with a parameter',
    run: (stage) => dropped(stage, 'fifth', 'page', '/dish/[slug]'),
  },
  {
    name: '5. revalidatePath() of a layout drops the pages in it',
    run: (stage) => dropped(stage, 'fives', 'layout', '/dish'),
  },
  { name: 'an invalidation in a program without Next.js drops its pages, and the other way round', run: beside },
]

async function updatePart(stage: Stage): Promise<void> {
  const { a, b, browser, database } = stage
  for (const instance of [a, b])
    expect(await part(stage, instance, 'twice')).toMatchObject({ stamp: 'A:1', version: '1' })
  database.set('twice', '2')
  const shown = await browser.use(a, '/part/twice', async ({ page, errors }) => {
    await press(page, 'update', 'part:twice')
    await page.locator('[data-shown="part twice"][data-version="2"]').waitFor()
    return { ...(await shownIn(page)), errors }
  })
  expect(shown).toMatchObject({ 'part twice': { stamp: 'A:2', version: '2' }, errors: [] })
  await after(stage, () => part(stage, b, 'twice'), { stamp: 'A:2', version: '2' })
}

/** A page that both serve is invalidated on A: A renders it anew, and B serves that. */
async function dropped(stage: Stage, slug: string, how: string, what: string): Promise<void> {
  const { a, b, database } = stage
  database.set(slug, '1')
  const before = await dish(stage, a, slug)
  expect(before).toMatchObject({ stamp: 'A:1', version: '1' })
  expect(await dish(stage, b, slug)).toEqual({ ...before, cache: 'HIT' })
  database.set(slug, '2')
  await act(stage, a, how, what)
  expect(await dish(stage, a, slug)).toEqual({ status: 200, cache: 'MISS', stamp: 'A:2', version: '2' })
  await after(stage, () => dish(stage, b, slug), { cache: 'HIT', stamp: 'A:2', version: '2' })
}

async function softPage(stage: Stage): Promise<void> {
  const { a, b, database } = stage
  for (const instance of [a, b])
    expect(await dish(stage, instance, 'three')).toMatchObject({ stamp: 'A:1', version: '1' })
  database.set('three', '2')
  await act(stage, a, 'stale', 'dish:three')
  const old = await untilFresh(() => dish(stage, b, 'three'))
  // Before it has heard of it, if at all, B takes the page for fresh.
  expect(old.at(-1)).toEqual({ status: 200, cache: 'STALE', stamp: 'A:1', version: '1' })
  expect(await dish(stage, b, 'three')).toEqual({ status: 200, cache: 'HIT', stamp: 'B:1', version: '2' })
  await after(stage, () => dish(stage, a, 'three'), { cache: 'HIT', stamp: 'B:1', version: '2' })
}

async function softPart(stage: Stage): Promise<void> {
  const { a, b, database } = stage
  for (const instance of [a, b]) expect(await part(stage, instance, 'third')).toMatchObject({ stamp: 'A:1' })
  database.set('third', '2')
  await act(stage, a, 'stale', 'part:third')
  const old = await untilFresh(() => part(stage, b, 'third'))
  expect(old.at(-1)).toMatchObject({ stamp: 'A:1' })
  expect(await part(stage, b, 'third')).toMatchObject({ stamp: 'B:1', version: '2' })
  await after(stage, () => part(stage, a, 'third'), { stamp: 'B:1', version: '2' })
}

/** What was seen before version 2 was; at least once it was. */
async function untilFresh(look: () => Promise<Answer>): Promise<readonly Answer[]> {
  const seen: Answer[] = []
  const next = async (): Promise<string | undefined> => {
    seen.push(await look())
    return seen.at(-1)?.version
  }
  await expect.poll(next, { interval: 50, timeout: 20_000 }).toBe('2')
  expect(seen.length, JSON.stringify(seen)).toBeGreaterThan(1)
  return seen.slice(0, -1)
}

async function hardThenSoft(stage: Stage): Promise<void> {
  const { a, b, database } = stage
  for (const instance of [a, b]) expect(await dish(stage, instance, 'fourth')).toMatchObject({ stamp: 'A:1' })
  database.set('fourth', '2')
  await act(stage, a, 'update', 'dish:fourth')
  await act(stage, b, 'stale', 'dish:fourth')
  // B heard of it before its own, which was sent later.
  expect(await dish(stage, b, 'fourth')).toEqual({ status: 200, cache: 'MISS', stamp: 'B:1', version: '2' })
  await after(stage, () => dish(stage, a, 'fourth'), { cache: 'HIT', stamp: 'B:1', version: '2' })
}

async function beside(stage: Stage): Promise<void> {
  const { a, b, express, database } = stage
  if (express === undefined) throw new Error('this step needs the program without Next.js')
  const theirs = async (): Promise<string> => await (await fetch(`${express.origin}/dish/beside`)).text()
  for (const instance of [a, b]) expect(await dish(stage, instance, 'beside')).toMatchObject({ stamp: 'A:1' })
  const kept = await theirs()
  expect(await theirs()).toBe(kept)
  database.set('beside', '2')
  await fetch(`${express.origin}/invalidate/dish:beside`, { method: 'POST' })
  await after(stage, () => dish(stage, a, 'beside'), { cache: 'MISS', stamp: 'A:2', version: '2' })
  await after(stage, () => dish(stage, b, 'beside'), { cache: 'HIT', stamp: 'A:2', version: '2' })
  const again = await theirs()
  await act(stage, b, 'update', 'dish:beside')
  await expect.poll(theirs).not.toBe(again)
}
