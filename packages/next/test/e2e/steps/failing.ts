import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'vitest'
import { act, after, dish, type Stage, type Step } from '../stage.ts'

/** What goes wrong while a page is made. */
export const failing: readonly Step[] = [
  { name: '11. a page that cannot be made anew after updateTag() is an error, never the old one', run: hardThenError },
  { name: '11. an error in making a stale page anew does not bring back what was gone meanwhile', run: goneMeanwhile },
  { name: '16. a client that hangs up in mid-stream leaves what it asked for to others', run: abort },
  { name: '16. a client that hangs up while a page is rendered leaves it to others', run: abortPage },
]

async function hardThenError(stage: Stage): Promise<void> {
  const { a, b, database } = stage
  for (const instance of [a, b]) expect(await dish(stage, instance, 'eleven')).toMatchObject({ stamp: 'A:1' })
  database.fail('eleven', true)
  await act(stage, a, 'update', 'dish:eleven')
  await after(stage, () => dish(stage, b, 'eleven'), { status: 500 })
  for (const instance of [a, b, a]) {
    const answer = await dish(stage, instance, 'eleven')
    expect(answer).toMatchObject({ status: 500 })
    expect(answer).not.toHaveProperty('stamp')
  }
  database.set('eleven', '2')
  database.fail('eleven', false)
  expect(await dish(stage, b, 'eleven')).toMatchObject({ status: 200, cache: 'MISS', version: '2' })
  await after(stage, () => dish(stage, a, 'eleven'), { status: 200, cache: 'HIT', version: '2' })
}

async function goneMeanwhile(stage: Stage): Promise<void> {
  const { a, b, database } = stage
  for (const instance of [a, b]) expect(await dish(stage, instance, 'meanwhile')).toMatchObject({ stamp: 'A:1' })
  await act(stage, a, 'stale', 'dish:meanwhile')
  const held = database.hold('meanwhile')
  const stale = dish(stage, a, 'meanwhile')
  await held.asked
  await act(stage, b, 'update', 'dish:meanwhile')
  database.fail('meanwhile', true)
  held.letGo()
  expect(await stale).toMatchObject({ cache: 'STALE', stamp: 'A:1' })
  await after(stage, () => dish(stage, a, 'meanwhile'), { status: 500 })
  for (const instance of [b, a]) expect(await dish(stage, instance, 'meanwhile')).not.toHaveProperty('stamp')
  database.set('meanwhile', '2')
  database.fail('meanwhile', false)
  expect(await dish(stage, a, 'meanwhile')).toMatchObject({ status: 200, version: '2' })
  expect(await dish(stage, b, 'meanwhile')).toMatchObject({ status: 200, version: '2' })
}

async function abort(stage: Stage): Promise<void> {
  const { a, b, browser, database } = stage
  const held = database.hold('sixteen')
  const hangUp = await ask(a.origin, '/slow/sixteen', 'what comes soon')
  await held.asked
  hangUp()
  held.letGo()
  for (const instance of [a, b]) {
    const { status, shown, errors } = await browser.visit(instance, '/slow/sixteen')
    expect({ status, errors, shown }).toEqual({
      status: 200,
      errors: [],
      shown: { 'slow sixteen': { stamp: 'A:1', version: '1' } },
    })
  }
  expect(database.reads('sixteen')).toBe(1)
  expect(a.said()).not.toMatch(/unhandled/i)
}

async function abortPage(stage: Stage): Promise<void> {
  const { a, b, database } = stage
  const held = database.hold('hung-up')
  const hangUp = await ask(a.origin, '/dish/hung-up')
  await held.asked
  hangUp()
  held.letGo()
  await expect.poll(() => dish(stage, b, 'hung-up')).toMatchObject({ status: 200, cache: 'HIT', version: '1' })
  expect(await dish(stage, a, 'hung-up')).toMatchObject({ cache: 'HIT' })
  expect(a.said()).not.toMatch(/unhandled/i)
}

/** Asks for a page over a bare connection. @returns once some text of it has come, if any is awaited: how to hang up. */
async function ask(origin: string, path: string, awaited?: string): Promise<() => void> {
  const { hostname, port, host } = new URL(origin)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  let came = ''
  while (awaited !== undefined && !came.includes(awaited)) came += String(await once(socket, 'data'))
  return () => socket.destroy()
}
