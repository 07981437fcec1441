import fc from 'fast-check'
import { expect } from 'vitest'
import type { RequestSession } from '../../src/index.ts'
import { codeOf, type Opened } from './browser.ts'

/** What a handler does. */
const work = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ do: 'read' } as const) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('write' as const), value: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('login' as const), user: fc.constantFrom('ann', 'bob') }) },
  { weight: 1, arbitrary: fc.constant({ do: 'elevate' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'logout' } as const) },
)
type Work = typeof work extends fc.Arbitrary<infer W> ? W : never

/** Numbers choose among what there is. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: 'open' } as const) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('handle' as const), which: fc.nat(), work }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliver' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('lose' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), user: fc.constantFrom('ann', 'bob') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), long: fc.boolean() }) },
)
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What one browser with several tabs may go through. */
export const steps: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 10, maxLength: 80 })

interface Handling {
  readonly request: RequestSession
  readonly sid: string | undefined
}

/**
 * Runs the steps, beside a model that only knows which sessions were begun and ended. Responses may overtake each other and
 * be lost; none is on its way for so long that secrets are replaced twice meanwhile.
 *
 * @param pass lets time pass: `long` so much that the secret before is good no more, else so much that a new one is due.
 */
export async function runSteps(
  opened: Opened,
  all: readonly Step[],
  pass: (long: boolean) => Promise<void>,
): Promise<void> {
  const run = new Run(opened)
  await run.begin()
  for (const each of all) await run.step(each, pass)
  await run.settle()
  expect(opened.of('session.reuse')).toEqual([])
  expect(opened.of('session.damaged')).toEqual([])
}

class Run {
  readonly #opened: Opened
  #cookie: string | undefined
  /** Sessions that have not ended: who is signed in, and what was written. */
  readonly #alive = new Map<string, { user: string | undefined; written: unknown }>()
  readonly #handled: Handling[] = []
  readonly #onTheWay: RequestSession['cookie'][] = []

  constructor(opened: Opened) {
    this.#opened = opened
  }

  /** Somebody is signed in. */
  async begin(): Promise<void> {
    await this.#open()
    await this.#handle({ do: 'login', user: 'ann' }, this.#handled.shift())
    this.#receive(this.#onTheWay.shift())
  }

  async step(each: Step, pass: (long: boolean) => Promise<void>): Promise<void> {
    switch (each.kind) {
      case 'open':
        return await this.#open()
      case 'handle':
        return await this.#handle(each.work, take(this.#handled, each.which))
      case 'deliver':
        return this.#receive(take(this.#onTheWay, each.which))
      case 'lose':
        return void take(this.#onTheWay, each.which)
      case 'revoke':
        await this.#opened.sessions.user(each.user).revokeAll()
        for (const [sid, { user }] of this.#alive) if (user === each.user) this.#alive.delete(sid)
        return
      case 'pass':
        await this.settle()
        return await pass(each.long)
    }
  }

  /** All that is under way comes to its end. */
  async settle(): Promise<void> {
    while (this.#handled.length > 0) await this.#handle({ do: 'read' }, this.#handled.shift())
    while (this.#onTheWay.length > 0) this.#receive(this.#onTheWay.shift())
    await this.#open()
    await this.#handle({ do: 'read' }, this.#handled.shift())
  }

  async #open(): Promise<void> {
    const cookie = this.#cookie
    const sid = cookie?.split('.').at(-3)
    const request = await this.#opened.sessions.open(cookie === undefined ? [] : [cookie], {})
    const known = sid === undefined ? undefined : this.#alive.get(sid)
    const found = { user: request.session?.userId, written: request.session?.['written'] }
    // Nobody is signed out who is not, and nothing that has ended goes on.
    expect(found).toEqual(known ?? { user: undefined, written: undefined })
    this.#handled.push({ request, sid: known === undefined ? undefined : sid })
  }

  async #handle(what: Work, handling: Handling | undefined): Promise<void> {
    if (handling === undefined) return
    const { request, sid } = handling
    const { session } = request
    if (session === undefined) throw new Error('there is no session')
    const known = sid === undefined ? undefined : this.#alive.get(sid)
    if (what.do === 'login') await session.login(what.user)
    if (what.do === 'elevate')
      expect(await codeOf(session.elevate())).toBe(known?.user === undefined ? 'NOT_SIGNED_IN' : undefined)
    if (what.do === 'logout') await session.logout()
    if (what.do === 'write') session['written'] = what.value
    if (request.pending) await request.commit()
    this.#note(what, handling, known)
    this.#onTheWay.push(request.cookie)
  }

  #note(
    what: Work,
    { request, sid }: Handling,
    known: { user: string | undefined; written: unknown } | undefined,
  ): void {
    const { cookie } = request
    const began = cookie?.kind === 'set' ? cookie.value.split('.').at(-3) : undefined
    if (what.do === 'write' && sid !== undefined && known !== undefined) known.written = what.value
    if (what.do === 'logout' && sid !== undefined) this.#alive.delete(sid)
    if (began === undefined || began === sid) return
    if (sid !== undefined) this.#alive.delete(sid)
    this.#alive.set(began, { user: request.session?.userId, written: request.session?.['written'] })
  }

  #receive(cookie: RequestSession['cookie']): void {
    if (cookie?.kind === 'set') this.#cookie = cookie.value
    if (cookie?.kind === 'clear') this.#cookie = undefined
  }
}

function take<T>(list: T[], which: number): T | undefined {
  return list.splice(which % Math.max(1, list.length), 1)[0]
}
