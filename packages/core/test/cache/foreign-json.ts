import { describe, expect, it } from 'vitest'
import type { StandardSchemaV1 } from '../../src/index.ts'
import type { SharedPlace } from './foreign-bytes.ts'
import { counter, open } from './instance.ts'

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))
const opted = { namespaces: { menu: { foreignJson: true } } } as const

/** What another program's JSON is worth over any backend. */
export function describeForeignJson(name: string, open_: () => SharedPlace): void {
  describe(`JSON of another program, in ${name},`, () => {
    it('is a value where that was asked for, and nowhere else', async () => {
      const place = open_()
      const { cache, of, close } = open({ backend: place.backend, app: place.app, ...opted })
      await place.put('menu:1', json({ name: 'soup', parts: ['leek'] }))
      await place.put('other:1', json({ name: 'soup' }))
      const value = await cache.get<{ parts: string[] }>('menu:1')
      expect(value).toEqual({ name: 'soup', parts: ['leek'] })
      expect(() => value?.parts.push('salt')).toThrow(TypeError)
      expect(await cache.getOrSet('menu:1', () => expect.fail('a load'))).toEqual({ name: 'soup', parts: ['leek'] })
      expect(await cache.get('other:1')).toBeUndefined()
      expect(of('cache.miss')).toMatchObject([{ key: 'other:1', reason: 'foreign' }])
      await close()
    })

    it.each([
      ['no JSON', Buffer.from('{"name":')],
      ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
      ['nothing', Buffer.from('')],
      ['JSON deeper than 500 levels', Buffer.from('['.repeat(501) + ']'.repeat(501))],
      ['larger than what the namespace takes', json('x'.repeat(1000))],
    ])('that is %s is a miss, which the loaded value replaces', async (_, bytes) => {
      const place = open_()
      const { cache, of, close } = open({
        backend: place.backend,
        app: place.app,
        defaults: { foreignJson: true, maxValueBytes: 1001 },
      })
      await place.put('menu:1', bytes)
      expect(await cache.getOrSet('menu:1', () => 'ours')).toBe('ours')
      expect(of('cache.miss')).toMatchObject([{ reason: 'foreign' }])
      await close()
    })

    it('is held no longer than maxStaleness, nor than ttl', async () => {
      const place = open_()
      const one = open({ backend: place.backend, app: place.app, ...opted, maxStaleness: '2s' })
      const two = open({
        backend: place.backend,
        app: place.app,
        defaults: { foreignJson: true, ttl: '1s' },
        clock: one.clock,
      })
      const both = async (): Promise<unknown[]> => [await one.cache.get('menu:1'), await two.cache.get('menu:1')]
      await both()
      await place.put('menu:1', json('old'))
      expect(await both()).toEqual(['old', 'old'])
      await place.put('menu:1', json('new'))
      expect(await both()).toEqual(['old', 'old'])
      await one.clock.advanceAsync(1000)
      expect(await both()).toEqual(['old', 'new'])
      await one.clock.advanceAsync(1000)
      expect(await both()).toEqual(['new', 'new'])
      await Promise.all([one.close(), two.close()])
    })

    it('is read again after any invalidation that names it, and is gone after one of its key', async () => {
      const place = open_()
      const { cache, invalidate, close } = open({ backend: place.backend, app: place.app, ...opted })
      const load = counter()
      await cache.get('menu:warm')
      const targets = [{ prefix: 'menu:dish:' }, { namespace: 'menu' }]
      for (const [n, target] of targets.entries()) {
        await place.put('menu:dish:1', json(`soup ${n}`))
        expect(await cache.getOrSet('menu:dish:1', load)).toBe(`soup ${n}`)
        await place.put('menu:dish:1', json(`salad ${n}`))
        expect(await cache.getOrSet('menu:dish:1', load)).toBe(`soup ${n}`)
        await invalidate(target)
        expect(await cache.getOrSet('menu:dish:1', load)).toBe(`salad ${n}`)
        await invalidate(target)
      }
      expect(load.calls).toBe(0)
      await cache.delete('menu:dish:1')
      expect(await cache.getOrSet('menu:dish:1', load)).toBe(1)
      await place.put('menu:dish:1', json('soup'))
      await invalidate({ keys: ['menu:dish:1'] })
      expect(await cache.getOrSet('menu:dish:1', load)).toBe(2)
      await close()
    })

    it('takes what is made of it along when it is invalidated', async () => {
      const place = open_()
      const { cache, invalidate, close } = open({ backend: place.backend, app: place.app, ...opted })
      await cache.get('menu:warm')
      await place.put('menu:1', json('soup'))
      const page = (): Promise<string> =>
        cache.getOrSet('page:1', async () => `<p>${String(await cache.get('menu:1'))}</p>`, { ttl: '1h' })
      expect(await page()).toBe('<p>soup</p>')
      await place.put('menu:1', json('salad'))
      expect(await page()).toBe('<p>soup</p>')
      await invalidate({ prefix: 'menu:' })
      expect(await page()).toBe('<p>salad</p>')
      await close()
    })

    it('is checked by a schema, and by no version', async () => {
      const place = open_()
      const schema: StandardSchemaV1<unknown, string> = {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) => (typeof value === 'string' ? { value } : { issues: [{ message: 'no text' }] }),
        },
      }
      const { cache, of, close } = open({
        backend: place.backend,
        app: place.app,
        namespaces: { menu: { foreignJson: true, version: 3 } },
      })
      await place.put('menu:1', json('soup'))
      await place.put('menu:2', json(42))
      const read = (key: string): Promise<string> => cache.getOrSet(key, () => 'loaded', { schema })
      expect([await read('menu:1'), await read('menu:2')]).toEqual(['soup', 'loaded'])
      expect(of('cache.miss')).toMatchObject([{ key: 'menu:2', reason: 'schema' }])
      await close()
    })

    it('gives way to set, whose value is then ours', async () => {
      const place = open_()
      const one = open({ backend: place.backend, app: place.app, ...opted })
      await place.put('menu:1', json('theirs'))
      expect(await one.cache.get('menu:1')).toBe('theirs')
      await one.cache.set('menu:1', 'ours')
      const other = open({ backend: place.backend, app: place.app, clock: one.clock })
      expect([await one.cache.get('menu:1'), await other.cache.get('menu:1')]).toEqual(['ours', 'ours'])
      await Promise.all([one.close(), other.close()])
    })
  })
}
