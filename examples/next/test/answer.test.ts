import { expect, test } from 'vitest'
import { answerOf, numberIn, textIn } from '../src/lib/answer.ts'

test.each([
  ['12', 12],
  ['60', 60],
  ['61', 0],
  ['0', 0],
  ['-1', 0],
  ['1.5', 0],
  ['1e1', 0],
  [' 1', 0],
  ['', 0],
])('%o as a table is %o', (text, table) => {
  const form = new FormData()
  form.set('table', text)
  expect(numberIn(form, 'table', 60)).toBe(table)
})

test('what nobody types is nothing: files, long texts, what is not there', () => {
  const form = new FormData()
  form.set('login', new Blob(['alma']))
  form.set('password', 'x'.repeat(201))
  expect([textIn(form, 'login'), textIn(form, 'password'), textIn(form, 'table')]).toEqual(['', '', ''])
  expect(numberIn(form, 'login', 9)).toBe(0)
})

test('a limited action answers what it did, or when to try again', () => {
  expect(answerOf({ ok: true, value: { note: 'Done.' } })).toEqual({ note: 'Done.' })
  const refused = (retryAfter: number | undefined) => answerOf({ ok: false, error: 'rate_limited', retryAfter })?.note
  expect([7, 300, undefined].map(refused)).toEqual([
    'That was too often. Try again in 7 s.',
    'That was too often. Try again in 5 min.',
    'That was too often. Try again in 60 s.',
  ])
  expect(answerOf({ ok: false, error: 'unavailable', retryAfter: undefined })?.note).toContain('not possible')
})
