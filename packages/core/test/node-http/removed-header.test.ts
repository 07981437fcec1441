import { describe, expect, it } from 'vitest'
import type { Settlement } from '../../src/http/index.ts'
import { ask, settled } from './served.ts'

const SHORTER = { status: 200, headers: [], body: 'shorter' } as const

describe('a header', () => {
  it('is taken away whoever gave it, and comes back with nobody', async () => {
    const settles = [
      (): Settlement => ({ type: 'replace', reply: SHORTER }),
      (exchange: { removeHeader(name: string): void; setHeader(name: string, value: string): void }): undefined => {
        exchange.setHeader('x-own', 'a')
        for (const name of ['X-Before', 'X-Own', 'X-Handler']) exchange.removeHeader(name)
        exchange.setHeader('x-last', 'b')
      },
    ]
    const port = await settled(settles, (_, response) => {
      response.setHeader('x-handler', 'c')
      response.end()
    })
    const { headers } = await ask(port)
    const own = Object.entries(headers).filter(([name]) => name.startsWith('x-'))
    expect(Object.fromEntries(own)).toEqual({ 'x-last': 'b' })
  })
})
