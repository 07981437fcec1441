import { expectTypeOf } from 'vitest'
import {
  concurrency,
  createRedstart,
  type Decision,
  gcra,
  type Limiter,
  type Permit,
  type PolicyResult,
  tokens,
} from '../../src/index.ts'

const { limiter } = createRedstart({
  policies: { api: gcra({ rate: '10/s' }), inflight: concurrency({ limit: 2 }), llm: tokens({ rate: '90k/1m' }) },
})

// Names are literal, wherever they come back.
const one = await limiter.check('api', { key: 'k' })
expectTypeOf(one).toEqualTypeOf<Decision<'api'>>()
expectTypeOf(one.policies.api).toEqualTypeOf<PolicyResult | undefined>()
const several = await limiter.check(['api', 'llm'], { key: 1, cost: 2 })
if (!several.allowed) {
  expectTypeOf(several.limitedBy).toEqualTypeOf<'api' | 'llm' | undefined>()
  expectTypeOf(several.retryAfterMs).toEqualTypeOf<number | undefined>()
}
const items = await limiter.check([
  { policy: 'api', key: 'a' },
  { policy: 'llm', key: 2n, cost: 5 },
])
expectTypeOf(items).toEqualTypeOf<Decision<'api' | 'llm'>>()

// @ts-expect-error -- there is no such policy
await limiter.check('apis', { key: 'k' })
// @ts-expect-error -- nobody is named
await limiter.check('api', {})
// @ts-expect-error -- there is no such policy to stand in for
await limiter.check('api', { key: 'k', policies: { apis: gcra({ rate: '1/s' }) } })
// @ts-expect-error -- a rate has a unit
gcra({ rate: '10' })
// @ts-expect-error -- permits are not taken ahead
concurrency({ limit: 2, lease: true })

const held = await limiter.acquire('inflight', { key: 'k' })
if (held.allowed) expectTypeOf(held.permit).toEqualTypeOf<Permit>()
else expectTypeOf(held.limitedBy).toEqualTypeOf<'inflight' | undefined>()
expectTypeOf(limiter.stats().policies.llm.allowed).toEqualTypeOf<number>()

// Any limiter is one to who does not care for its names.
expectTypeOf(limiter).toExtend<Pick<Limiter, 'refund' | 'unblock'>>()
