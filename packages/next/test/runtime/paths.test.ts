import { describe, expect, it } from 'vitest'
import { pathOf, Paths } from '../../src/runtime/paths.ts'

describe('remembered paths', () => {
  it('are those of their namespace, kind, build and key, at each use', () => {
    const paths = new Paths('next')
    for (let use = 0; use < 3; use++)
      for (const key of ['/menu', '/', '', '\u{1F35C}', '/menu'.repeat(1000)]) {
        for (const kind of ['use-cache', 'fetch', 'image', 'page'] as const)
          expect(paths.of(kind, key)).toBe(pathOf('next', kind, key))
        for (const build of ['none', 'b1', 'b2']) {
          expect(paths.of('page', key, build)).toBe(pathOf('next', 'page', key, build))
          expect(paths.of('image', key, build)).toBe(pathOf('next', 'image', key, build))
        }
      }
  })

  it('stay right when there are more of them than are remembered', () => {
    const paths = new Paths('next')
    const all = Array.from({ length: 2100 }, (_, menu) => paths.of('page', `/menu/${menu}`, 'b'))
    expect(new Set(all).size).toBe(2100)
    for (const menu of [0, 1999, 2000, 2001, 2099])
      for (const path of [all[menu], paths.of('page', `/menu/${menu}`, 'b')])
        expect(path).toBe(pathOf('next', 'page', `/menu/${menu}`, 'b'))
  })
})
