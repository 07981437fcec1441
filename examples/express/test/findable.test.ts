import { createRedstart } from '@redstart/core'
import { manualClock } from '@redstart/testing'
import { expect, test } from 'vitest'
import { findable } from '../src/caches/findable.ts'

interface Thing {
  readonly id: number
}

test('what is not there is believed for half a minute, what is there for as long as its namespace says', async () => {
  const clock = manualClock()
  const redstart = createRedstart({ clock, namespaces: { things: { ttl: '1h' } } })
  const there = new Map<number, Thing>([[1, { id: 1 }]])
  const asked: number[] = []
  const load = async (id: number): Promise<Thing | null> => {
    asked.push(id)
    return there.get(id) ?? null
  }
  const thing = findable(redstart.cache, 'things:thing', { key: (id: number) => id }, load)

  expect(await Promise.all([thing(1), thing(2), thing(2)])).toEqual([{ id: 1 }, null, null])
  there.set(2, { id: 2 })
  clock.advance(29_999)
  expect(await thing(2)).toBeNull()
  expect(asked).toEqual([1, 2])

  clock.advance(1)
  expect(await thing(2)).toEqual({ id: 2 })
  expect(await thing(1)).toEqual({ id: 1 })
  expect(asked).toEqual([1, 2, 2])
  await redstart.close()
})
