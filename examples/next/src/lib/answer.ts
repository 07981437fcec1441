import type { LimitedResult } from '@redstart/next/http'

/** What a form is answered that leads to no other page; `undefined` before it was sent. */
export type Answer = { readonly note: string } | undefined

/** What was typed into a field; empty for none, and for what nobody types. */
export function textIn(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' && value.length <= 200 ? value : ''
}

/** A whole number from 1 on; 0 for anything else. */
export function numberIn(form: FormData, name: string, most: number): number {
  const text = textIn(form, name)
  return /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : 0
}

/** What a limited action answers, or when to try again. */
export function answerOf(result: LimitedResult<Answer>): Answer {
  if (result.ok) return result.value
  if (result.error === 'unavailable') return { note: 'That is not possible just now.' }
  const { retryAfter = 60 } = result
  return {
    note: `That was too often. Try again in ${retryAfter < 100 ? `${retryAfter} s` : `${Math.ceil(retryAfter / 60)} min`}.`,
  }
}
