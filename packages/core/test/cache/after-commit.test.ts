import { describe, expect, test } from 'vitest'
import { type Backend, type NoteInvalidation, type Reached, RedstartError } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { boundStore } from './bound-store.ts'
import { gate, open } from './instance.ts'

/** One row that transactions change: others see the change when it is committed, and nothing where that fails. */
class Database {
  row = 'old'

  async transaction<T>(work: (tx: { write(row: string): void }) => Promise<T>): Promise<T> {
    let written = this.row
    const result = await work({ write: (row) => void (written = row) })
    await Promise.resolve()
    this.row = written
    return result
  }
}

describe('invalidations after a commit', () => {
  test('are made when the transaction has been committed, and come before its result', async () => {
    const here = open()
    const db = new Database()
    const read = (): Promise<string> => here.cache.getOrSet('orders:1', () => db.row, { tags: ['orders'] })
    await read()
    const duringWork = gate()
    const result = here.invalidateAfterCommit((invalidate) =>
      db.transaction(async (tx) => {
        tx.write('new')
        invalidate({ tags: ['orders'] })
        await duringWork.promise
        return 42
      }),
    )
    // Not yet: a load in the meantime would bring the old row, and be newer than the invalidation.
    expect(await read()).toBe('old')
    expect(here.of('cache.invalidate')).toEqual([])
    duringWork.pass()
    expect(await result).toBe(42)
    expect(await read()).toBe('new')
    await here.close()
  })

  test('hide what was loaded before it and stored behind it', async () => {
    const here = open()
    const db = new Database()
    const loading = gate<string>()
    const before = here.cache.getOrSet('orders:1', () => loading.promise)
    await here.clock.advanceAsync(1)
    await here.invalidateAfterCommit((invalidate) =>
      db.transaction(async (tx) => {
        tx.write('new')
        invalidate({ keys: ['orders:1'] })
      }),
    )
    loading.pass('old')
    await before
    expect(await here.cache.getOrSet('orders:1', () => db.row)).toBe('new')
    await here.close()
  })

  test('are joined in one step, for each way in which they are made', async () => {
    const here = open()
    await here.invalidateAfterCommit(async (invalidate) => {
      invalidate({ tags: ['a'], keys: ['orders:1'] })
      invalidate({ tags: ['a', 'b'] })
      invalidate({ namespace: 'menu' }, { strategy: 'lazy' })
      invalidate({ tags: ['c'] })
      invalidate({ tags: ['d'] }, { settle: '1s' })
    })
    const told = here.of('cache.invalidate').map(({ names, strategy }) => [strategy, names])
    expect(told).toEqual([
      ['immediate', ['t:a', 'k:orders:1', 't:b', 't:c']],
      ['lazy', ['p:menu:']],
      ['immediate', ['t:d']],
    ])
    await here.clock.advanceAsync(1000)
    expect(here.of('cache.invalidate').at(-1)?.names).toEqual(['t:d'])
    await here.close()
  })

  test('of more names than go together are made in several steps', async () => {
    const here = open()
    await here.invalidateAfterCommit((invalidate) => {
      for (let part = 0; part < 3; part += 1)
        invalidate({ keys: Array.from({ length: 6000 }, (_, n) => `orders:${part}-${n}`) })
    })
    expect(here.of('cache.invalidate').map(({ names }) => names.length)).toEqual([6000, 6000, 6000])
    await here.close()
  })

  test('are not made where it fails, whose error comes through', async () => {
    const here = open()
    const db = new Database()
    const failure = new Error('unique violation')
    const reached: Reached[] = []
    const failing = here.invalidateAfterCommit(
      (invalidate) =>
        db.transaction(async () => {
          invalidate({ tags: ['orders'] })
          throw failure
        }),
      { onReached: (each) => reached.push(each) },
    )
    await expect(failing).rejects.toBe(failure)
    const thrown = here.invalidateAfterCommit(() => {
      throw failure
    })
    await expect(thrown).rejects.toBe(failure)
    expect([here.of('cache.invalidate'), reached]).toEqual([[], []])
    await here.close()
  })

  test('that do not reach the backend hide no result; it is told', async () => {
    const inner = memory()
    const backend: Backend = {
      name: 'refusing',
      cache: (context) => ({
        ...boundStore(inner.cache(context)),
        invalidate: async () => {
          throw new RedstartError('STORE_UNAVAILABLE', 'the test took it away')
        },
      }),
    }
    const here = open({ backend })
    const reached: Reached[] = []
    const result = await here.invalidateAfterCommit(
      async (invalidate) => {
        invalidate({ tags: ['orders'] })
        return 'committed'
      },
      { onReached: (each) => reached.push(each) },
    )
    expect([result, reached]).toEqual(['committed', [{ reached: 'here' }]])
    expect(here.of('cache.invalidate')).toMatchObject([{ reached: 'here', remote: false }])
    await here.close()
  })

  test('tell where they have got to, once, and only where there are any', async () => {
    const here = open()
    const reached: Reached[] = []
    const onReached = (each: Reached): void => void reached.push(each)
    await here.invalidateAfterCommit(() => undefined, { onReached })
    expect(reached).toEqual([])
    await here.invalidateAfterCommit((invalidate) => invalidate({ tags: ['a'] }), { onReached })
    expect(reached).toEqual([{ reached: 'all' }])
    const failing = (): never => {
      throw new Error('in onReached')
    }
    expect(
      await here.invalidateAfterCommit((invalidate) => (invalidate({ tags: ['a'] }), 7), { onReached: failing }),
    ).toBe(7)
    expect(here.of('listener.error')).toHaveLength(1)
    await here.close()
  })

  test('that are not allowed end the transaction', async () => {
    const here = open()
    const db = new Database()
    const mistaken = here.invalidateAfterCommit((invalidate) =>
      db.transaction(async (tx) => {
        tx.write('new')
        invalidate({ prefix: 'orders' })
      }),
    )
    await expect(mistaken).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(db.row).toBe('old')
    const insisting = here.invalidateAfterCommit((invalidate) => {
      // JavaScript passes anything.
      invalidate({ tags: ['t'] }, { require: 'all' } as object)
    })
    await expect(insisting).rejects.toThrow(/^require is "all"; expected nothing here/)
    expect(here.of('cache.invalidate')).toEqual([])
    await here.close()
  })

  test('cannot be noted when it has ended', async () => {
    const here = open()
    const noted: NoteInvalidation[] = []
    await here.invalidateAfterCommit((invalidate) => void noted.push(invalidate))
    expect(() => noted[0]?.({ tags: ['a'] })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    await here.close()
    await expect(here.invalidateAfterCommit(() => 1)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test.each([
    [7, {}],
    [() => 1, null],
    [() => 1, { onReached: 7 }],
  ])('with %j and %j are refused before anything runs', async (work, options) => {
    const here = open()
    // JavaScript passes anything.
    const refused = here.invalidateAfterCommit(work as () => unknown, options as object)
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await here.close()
  })
})
