import { describe, expect, it } from 'vitest'
import { madeHandlers } from '../made-handlers.ts'
import { told } from '../told.ts'
import { fill, servedText } from '../use-cache/next-reads.ts'

function tags(count: number, prefix = 'dish:'): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`)
}

describe('more tags than can be kept', () => {
  it('are told once, with their number', async () => {
    await using made = madeHandlers()
    using heard = told()
    await fill(made.handlers, 'some', { tags: tags(1000) })
    expect(await servedText(made.handlers, 'some')).toBe('menu')
    expect(heard.warnings).toEqual([])
    await fill(made.handlers, 'many', { tags: tags(1100) })
    await fill(made.handlers, 'more', { tags: tags(600, 'm%C3%BCsli:') })
    expect(await servedText(made.handlers, 'many')).toBeUndefined()
    expect(heard.warnings).toEqual([expect.stringMatching(/it has 1100 tags, of which 1000 can be kept/)])
  })

  it('are told of a page', async () => {
    await using made = madeHandlers()
    using heard = told()
    const request = new made.handlers({})
    await request.get('/menu', { kind: 'APP_ROUTE' })
    const headers = { 'x-next-cache-tags': tags(1100).join(',') }
    await request.set('/menu', { kind: 'APP_ROUTE', body: Buffer.from('menu'), status: 200, headers }, {})
    expect(await request.get('/menu', { kind: 'APP_ROUTE' })).toBeNull()
    expect(heard.warnings).toEqual([expect.stringMatching(/it has 1100 tags/)])
  })
})
