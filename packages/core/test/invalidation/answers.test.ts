import { manualClock } from '@redstart/testing'
import { expect, test } from 'vitest'
import { Coherence } from '../../src/invalidation/coherence.ts'
import type { Hint, Invalidated } from '../../src/invalidation/invalidation-store.ts'
import { Telemetry } from '../../src/telemetry/telemetry.ts'

const FIRST = '1'.repeat(32)
const SECOND = '2'.repeat(32)

function setup() {
  const clock = manualClock(1000)
  let replies: Invalidated = { generation: FIRST, previous: 1, clock: 2 }
  let tell: (hint: Hint) => void = () => undefined
  const coherence = new Coherence({
    clock,
    maxStaleness: 100,
    deadline: 50,
    telemetry: new Telemetry(),
    store: {
      read: async () => ({ answer: undefined }),
      invalidate: async () => replies,
      subscribe: (listener) => {
        tell = listener
        return () => undefined
      },
    },
  })
  const entry = (generation: string, at: number) => ({
    generation,
    clock: at,
    names: ['k:a:1'],
    sequence: 0,
    since: -Infinity,
  })
  return {
    clock,
    coherence,
    entry,
    hint: (hint: Hint) => tell(hint),
    replyWith: (reply: Invalidated) => {
      replies = reply
    },
  }
}

test('an answer to an earlier question does not bring an older generation back', async () => {
  const { coherence } = setup()
  const [earlier, later] = [coherence.question(), coherence.question()]
  await coherence.answered({ generation: SECOND, clock: 1, time: 1e12 }, later)
  await coherence.answered({ generation: FIRST, clock: 9, time: 1e12 }, earlier)
  expect(coherence.view.generation).toBe(SECOND)
})

test('after a reply from another generation, nothing held is used until a later question is answered', async () => {
  const { coherence, clock, entry, replyWith } = setup()
  await coherence.answered({ generation: FIRST, clock: 1, time: 1e12 }, coherence.question())
  expect(coherence.decide(entry(FIRST, 1), clock.now())).toBe('valid')
  const onItsWay = coherence.question()
  replyWith({ generation: SECOND, previous: 1, clock: 2 })
  await coherence.invalidate({ names: ['k:a:1'], kind: 'hard', deadline: Infinity, unlink: [] })
  expect(coherence.decide(entry(FIRST, 1), clock.now())).toBe('gone')
  expect(coherence.proven(clock.now())).toBe(false)

  await coherence.answered({ generation: FIRST, clock: 5, time: 1e12 }, onItsWay)
  expect(coherence.decide(entry(FIRST, 5), clock.now())).toBe('gone')
  await coherence.answered({ generation: SECOND, clock: 2, time: 1e12 }, coherence.question())
  expect(coherence.decide(entry(SECOND, 2), clock.now())).toBe('valid')
  expect(coherence.decide(entry(SECOND, 1), clock.now())).toBe('ask')
})

test('an answer that is ahead of the view waits for the hints, and only then begins anew', async () => {
  const { coherence, clock, entry, hint } = setup()
  await coherence.answered({ generation: FIRST, clock: 1, time: 1e12 }, coherence.question())
  const caughtUp = coherence.answered({ generation: FIRST, clock: 2, time: 1e12 }, coherence.question())
  hint({ generation: FIRST, previous: 1, clock: 2, names: ['t:x'], kind: 'hard', deadline: Infinity })
  await clock.advanceAsync(5)
  await caughtUp
  expect(coherence.decide(entry(FIRST, 1), clock.now())).toBe('valid')

  const lost = coherence.answered({ generation: FIRST, clock: 4, time: 1e12 }, coherence.question())
  await clock.advanceAsync(5)
  await lost
  expect(coherence.decide(entry(FIRST, 3), clock.now())).toBe('ask')
  expect(coherence.decide(entry(FIRST, 4), clock.now())).toBe('valid')
})

test('hints alone prove nothing, and a hint of another generation takes the proof away', async () => {
  const { coherence, clock, hint } = setup()
  await coherence.answered({ generation: FIRST, clock: 1, time: 1e12 }, coherence.question())
  for (let at = 1; at <= 20; at++) {
    clock.advance(10)
    hint({ generation: FIRST, previous: at, clock: at + 1, names: ['t:x'], kind: 'hard', deadline: Infinity })
  }
  expect(coherence.proven(clock.now())).toBe(false)
  await coherence.answered({ generation: FIRST, clock: 21, time: 1e12 }, coherence.question())
  expect(coherence.proven(clock.now())).toBe(true)
  hint({ generation: SECOND, previous: 1, clock: 2, names: ['t:x'], kind: 'hard', deadline: Infinity })
  expect(coherence.proven(clock.now())).toBe(false)
  expect(coherence.view.generation).toBe(FIRST)
})
