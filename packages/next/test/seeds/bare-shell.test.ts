import { createCacheHandlers } from '@redstart/next/handlers'
import { describe, expect, it } from 'vitest'
import { madeHandlers } from '../made-handlers.ts'
import { keyOf, MadeBuild, type MadePage } from './made-build.ts'

const SHELL = { kind: 'APP_PAGE', isFallback: true, isRoutePPREnabled: true } as const
const STATE = '9:["state"]'

/** Of a route whose pages begin with their parameters; Next.js notes no lifetime for it. */
function dish(meta: object = {}, html = ''): MadePage {
  const path = '/dish/[slug]'
  const routeCache = {
    key: keyOf({ path }),
    owner: { kind: 'APP_PAGE', sourceRoute: `${path}/page` },
    isFallback: true,
  }
  const own = { routeCache, status: 200, postponed: `${STATE}eJwAAAA=`, segmentPaths: ['/_tree'], ...meta }
  return { path, files: { '.html': html, '.segments/_tree.segment.rsc': 'flight' }, meta: own, lifetime: {} }
}

describe('a shell without HTML', () => {
  it('is served as it was built, without what it was made from, whatever was invalidated since', async () => {
    await using made = madeHandlers()
    await using build = await MadeBuild.make(0, [dish()])
    const ask = (): Promise<unknown> => new made.handlers(build).get(keyOf(dish()), SHELL)
    const expected = {
      value: { kind: 'APP_PAGE', html: '', postponed: `${STATE}null`, status: 200, segmentData: new Map() },
      cacheControl: { revalidate: false, expire: undefined },
    }
    expect(await ask()).toMatchObject(expected)
    await made.redstart.invalidate({ prefix: 'next:' })
    expect(await ask()).toMatchObject(expected)
  })

  it('is served by handlers whose configuration cannot be read', async () => {
    await using build = await MadeBuild.make(0, [dish()])
    const settings = { id: 'bare shell', namespace: 'next', retention: 1000, maxEntryBytes: 1000, deploymentId: '' }
    const config = (): Promise<never> => Promise.reject(new Error('it is not there'))
    const handlers = createCacheHandlers({ config, settings })
    expect(await new handlers(build).get(keyOf(dish()), SHELL)).toMatchObject({ value: { html: '' } })
  })

  it.each([
    ['a page that is asked for as such', dish(), { ...SHELL, isFallback: false }],
    ['one that has HTML', dish({}, '<p>menu'), SHELL],
    ['one with nothing to go on with', dish({ postponed: undefined }), SHELL],
    ['one that says how to go on in another way', dish({ postponed: '99:short' }), SHELL],
    ['one that says nothing of a length', dish({ postponed: 'null' }), SHELL],
  ])('is not %s', async (_, page, context) => {
    await using made = madeHandlers()
    await using build = await MadeBuild.make(0, [page])
    expect(await new made.handlers(build).get(keyOf(page), context)).toBeNull()
  })
})
