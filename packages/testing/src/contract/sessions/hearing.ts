import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import { eventually } from '../stores.ts'
import { anonymous, make, ofUser, randomWord } from './session-requests.ts'
import { type SessionStores, type SessionTest, sessionTest } from './session-stores.ts'
import type { Revocation, SessionStore } from './session-types.ts'

export const hearingTests: readonly SessionTest[] = [
  hearingTest('is told to those who listen, by whomever it was made', async ({ store, other, open }) => {
    const heard: Revocation[] = []
    const stranger: Revocation[] = []
    store.subscribe((revocation) => heard.push(revocation))
    open({ namespace: 'admin' }).subscribe((revocation) => stranger.push(revocation))
    await heardOf(store, other)
    const [one, visitor] = [await make(store, { address: ofUser() }), await make(store, { address: anonymous() })]
    if (one.address.kind !== 'user') return expect.fail('it is a user')
    await other.revoke({ addresses: [one.address, visitor.address] }, TIMEOUT)
    const { tag } = one.address
    await other.revokeAll({ tag, except: 'one-that-is-left' }, TIMEOUT)
    await store.revokeAll({ tag }, TIMEOUT)
    const all = { tag, sids: undefined }
    const expected: Revocation[] = [
      { tag, sids: [one.address.sid], except: undefined },
      { tag: undefined, sids: [visitor.address.sid], except: undefined },
      { ...all, except: 'one-that-is-left' },
      { ...all, except: undefined },
    ]
    // Those that were made before may be heard late.
    const ours = (): Revocation[] => heard.filter((each) => each.tag === undefined || each.tag === tag)
    await eventually(() => ours().length >= expected.length, 'word of revocations')
    expect(ours()).toHaveLength(expected.length)
    expect(ours()).toEqual(expect.arrayContaining(expected))
    expect(stranger).toEqual([])
  }),

  hearingTest('is told to each that listens, and no more once it has stopped', async ({ store, other }) => {
    const heard: string[] = []
    const listener = (name: string) => (): void => void heard.push(name)
    const both = listener('both')
    const stops = [store.subscribe(both), store.subscribe(both), store.subscribe(listener('stopped'))]
    await heardOf(store, other)
    stops[2]?.()
    heard.length = 0
    await other.revokeAll({ tag: randomWord() }, TIMEOUT)
    await eventually(() => heard.length >= 2, 'word of a revocation')
    await heardOf(store, other)
    expect(heard).not.toContain('stopped')
    for (const stop of [...stops, ...stops]) stop()
    heard.length = 0
    await heardOf(store, other)
    expect(heard).toEqual([])
  }),
]

/** Of a backend that tells; of another one there is nothing to test. */
function hearingTest(name: string, test: (stores: SessionStores) => Promise<void>): SessionTest {
  return sessionTest(name, async (stores) => (stores.backend.silent === true ? undefined : await test(stores)))
}

/** Waits until a revocation that was made after others has been heard. */
async function heardOf(listening: SessionStore, revoking: SessionStore): Promise<void> {
  const tags = new Set<string>()
  let heard = false
  const stop = listening.subscribe(({ tag = '' }) => {
    heard ||= tags.has(tag)
  })
  await eventually(async () => {
    const tag = randomWord()
    tags.add(tag)
    await revoking.revokeAll({ tag }, TIMEOUT)
    return heard
  }, 'word of a revocation')
  stop()
}
