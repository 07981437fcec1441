import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../src/database/database.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { requireMemory } from '../src/database/required-memory.ts'
import { fill } from '../src/fill/fill.ts'
import { progressBar } from '../src/fill/progress-bar.ts'

let database: Database

beforeAll(async () => {
  database = await openDatabase('')
})

afterAll(() => database.close())

test('fills once, with what the routes need, and the same every time', async () => {
  const steps: number[] = []
  expect(await fill(database, { orders: 25_000, progress: ({ done, total }) => steps.push(done / total) })).toBe(true)
  expect(steps).toEqual([...steps].sort((left, right) => left - right))
  expect(steps.at(-1)).toBe(1)
  expect(await fill(database)).toBe(false)

  const [counts] = await database.query<{ days: number }>(`
    select (select count(*)::int from dishes) as dishes, (select count(*)::int from categories) as categories,
           (select count(*)::int from orders) as orders, (select count(distinct placed_at::date)::int from orders) as days,
           (select count(*)::int from orders where placed_at > now()) as future,
           (select count(*)::int from orders o where total_cents <> (select sum(quantity * price_cents) from order_lines l where l.order_id = o.id)) as wrong,
           (select count(*)::int from stock where quantity < reorder_at) as low`)
  expect(counts).toMatchObject({ dishes: 120, categories: 12, orders: 25_000, future: 0, wrong: 0, low: 5 })
  // In the course of a day there is a 91st, with what today has not seen yet.
  expect([90, 91]).toContain(counts?.days)

  const [sum] = await database.query('select sum(total_cents)::int as cents from orders')
  expect(sum).toEqual({ cents: await otherSum(25_000) })
})

test('a transaction that fails leaves nothing, and the statements around it wait', async () => {
  const failing = database.transaction(async (queries) => {
    await queries.query('update dishes set price_cents = 1')
    await queries.query('select 1 / 0')
  })
  const meanwhile = database.query<{ cheapest: number }>('select min(price_cents) as cheapest from dishes')
  await expect(failing).rejects.toMatchObject({ code: '22012' })
  expect((await meanwhile)[0]?.cheapest).toBeGreaterThan(1)
})

test('too little memory is an error that says what to do', () => {
  expect(() => requireMemory(0.6e9)).toThrow(/needs about 1\.0 GB of memory and 0\.6 GB is free.*DATABASE_URL=/)
  expect(() => requireMemory(2e9)).not.toThrow()
})

test('the progress bar grows in place on a terminal, and is a line per quarter elsewhere', () => {
  const written: string[] = []
  const steps = Array.from({ length: 15 }, (_, done) => ({ done, total: 14, label: 'orders' }))
  steps.forEach(progressBar({ isTTY: true, write: (text) => written.push(text) }))
  expect(written).toHaveLength(15)
  expect(written.every((text) => text.startsWith('\r'))).toBe(true)
  expect(written.at(-1)).toMatch(/█{30} 100%.*\n$/)

  written.length = 0
  steps.forEach(progressBar({ write: (text) => written.push(text) }))
  expect(written.map((text) => text.trim())).toEqual(
    [0, 29, 50, 79, 100].map((share) => `filling the database: ${String(share).padStart(3)}%  orders`),
  )
})

/** What another database of the same seed says. */
async function otherSum(orders: number): Promise<number | undefined> {
  const other = await openDatabase('')
  try {
    await fill(other, { orders })
    const [sum] = await other.query<{ cents: number }>('select sum(total_cents)::int as cents from orders')
    return sum?.cents
  } finally {
    await other.close()
  }
}
