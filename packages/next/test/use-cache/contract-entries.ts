import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Held, unique } from './contracted.ts'
import { entryOf, fill, nextReads, servedText, streamOf, textOf } from './next-reads.ts'

/** What is kept, and for how long. */
export function describeEntries(held: Held): void {
  describe('entries', () => {
    it('are not there before they are made', async () => {
      expect(await nextReads(held.handler, unique('key'), ['_N_T_/'])).toBeUndefined()
    })

    it('come back as they were', async () => {
      const key = unique('key')
      await nextReads(held.handler, key)
      const entry = entryOf({ tags: [unique('tag'), unique('tag')] })
      const { tags, stale, timestamp, expire, revalidate } = entry
      await held.handler.set(key, Promise.resolve(entry))
      const { value, ...facts } = (await nextReads(held.handler, key)) ?? {}
      expect(facts).toEqual({ tags, stale, timestamp, expire, revalidate })
      expect(value === undefined ? '' : await textOf(value)).toBe('menu')
    })

    it.each(['', 'größe \u{1f372}', `line\n\u0000end`])('hold any text: %j', async (text) => {
      const key = unique('key')
      await fill(held.handler, key, { text })
      expect(await servedText(held.handler, key)).toBe(text)
    })

    it('are found by keys of any form', async () => {
      const words = ['', '\u0000\u0001', '\ud800', '\ud801', 'k'.repeat(5000), '["id",[{"a":"\\"}"}]]']
      const all = words.map((word) => unique(word) + word)
      for (const key of all) await fill(held.handler, key, { text: String(key.length) + key.slice(-1).charCodeAt(0) })
      for (const key of all)
        expect(await servedText(held.handler, key)).toBe(String(key.length) + key.slice(-1).charCodeAt(0))
    })

    it('can be read many times, each by a stream of its own', async () => {
      const key = unique('key')
      await fill(held.handler, key)
      const [one, other] = await Promise.all([nextReads(held.handler, key), nextReads(held.handler, key)])
      expect(one?.value).not.toBe(other?.value)
      expect(one === undefined || other === undefined).toBe(false)
      if (one !== undefined && other !== undefined)
        expect(await Promise.all([textOf(one.value), textOf(other.value)])).toEqual(['menu', 'menu'])
    })

    it('are what readers do with them no more', async () => {
      const key = unique('key')
      await fill(held.handler, key)
      const read = await (await nextReads(held.handler, key))?.value.getReader().read()
      read?.value?.fill(0)
      const deviated = held.deviates('readers can change what is kept')
      expect(await servedText(held.handler, key)).toBe(deviated ? '\u0000'.repeat(4) : 'menu')
    })

    it('are replaced by later ones', async () => {
      const key = unique('key')
      await fill(held.handler, key, { text: 'one' })
      await fill(held.handler, key, { text: 'two' })
      expect(await servedText(held.handler, key)).toBe('two')
    })

    it('made of several chunks are whole', async () => {
      const key = unique('key')
      await nextReads(held.handler, key)
      await held.handler.set(key, Promise.resolve({ ...entryOf({}), value: streamOf('a', 'b', 'c'.repeat(100_000)) }))
      expect(await servedText(held.handler, key)).toBe(`ab${'c'.repeat(100_000)}`)
    })

    it('are waited for while they are being made', async () => {
      const key = unique('key')
      await nextReads(held.handler, key)
      const pending = setTimeout(20, entryOf({ text: 'late' }))
      const setting = held.handler.set(key, pending)
      const reading = servedText(held.handler, key)
      expect(await reading).toBe('late')
      await setting
    })

    it('whose stream fails are none', async () => {
      const key = unique('key')
      await nextReads(held.handler, key)
      const value = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(3)),
        pull: (controller) => controller.error(new Error('the component threw')),
      })
      await held.handler.set(key, Promise.resolve({ ...entryOf({}), value }))
      expect(await servedText(held.handler, key)).toBeUndefined()
    })

    it('that are never there are waited for by nobody', async () => {
      const key = unique('key')
      await nextReads(held.handler, key)
      const setting = held.handler.set(key, Promise.reject(new Error('it was not made')))
      const outcome = await setting.then(
        () => 'kept quiet',
        () => 'rejected',
      )
      const reading = held.handler.get(key, []).then(() => 'answered')
      const deviated = held.deviates('reads wait for ever for a write that failed')
      const answered = await (deviated ? Promise.race([reading, setTimeout(50, 'waits')]) : reading)
      expect([outcome, answered]).toEqual(deviated ? ['rejected', 'waits'] : ['kept quiet', 'answered'])
    })

    it('that are never served are not kept', async () => {
      const key = unique('key')
      await fill(held.handler, key, { expire: 0, revalidate: 0 })
      expect(await held.handler.get(key, [])).toBeUndefined()
    })

    it('end when they expire', async () => {
      const key = unique('key')
      await fill(held.handler, key, { expire: 0.05, revalidate: 0.05 })
      await setTimeout(80)
      expect(await servedText(held.handler, key)).toBeUndefined()
    })

    it('past their revalidation are served while they are made anew', async () => {
      const key = unique('key')
      await fill(held.handler, key, { revalidate: 0.02 })
      await setTimeout(50)
      const deviated = held.deviates('what is past its revalidation is gone')
      expect(await servedText(held.handler, key)).toBe(deviated ? undefined : 'menu (stale)')
    })
  })
}
