import { afterAll, expect, it } from 'vitest'
import type { RedstartEvent } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, keepSecret, openInstance } from './browser.ts'

afterAll(closeAll)

it('what is told of sessions has each its event, with the selector and nothing secret', async () => {
  const opened = openInstance(memory(), {
    sessions: { rotateEvery: 1, limit: { max: 1 }, binding: { ip: 'log' }, conflicts: 'merge' },
  })
  const { browser: visit, sessions } = opened
  const browser = visit()
  browser.who = { ip: '203.0.113.7' }
  await browser.request((session) => (session['a'] = 1))
  await browser.login('u')
  await new Promise((resolve) => setTimeout(resolve, 5))
  await browser.request((session) => session['a'])
  await browser.request((session) => session['a'])
  const moved = browser.copy()
  moved.who = { ip: '198.51.100.7' }
  await moved.send((session) => session['a'])
  await visit().login('u')
  await browser.request((session) => session['a'])
  await visit().login('v')
  await sessions.user('v').revokeAll()
  const types = new Set(opened.told.map(({ type }) => type))
  for (const type of ['session.created', 'session.ended', 'session.rotated', 'session.binding'] as const)
    expect([type, types.has(type)]).toEqual([type, true])
  const named = opened.told.filter(
    (event): event is Extract<RedstartEvent, { sid: string }> => 'sid' in event && event.type.startsWith('session.'),
  )
  for (const { sid } of named) expect(sid).toMatch(/^[\w-]{16}$/)
})

it('a secret that was told would be noticed', async () => {
  await closeAll()
  const browser = openInstance(memory()).browser()
  await browser.login('somebody')
  // It is in an event, as it should be.
  keepSecret('somebody')
  await expect(closeAll()).rejects.toThrow('was told')
  await closeAll()
})
