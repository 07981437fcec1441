'use client'
import { type ReactNode, useActionState } from 'react'
import type { Answer } from '../lib/answer.ts'

interface Props {
  readonly action: (before: Answer, form: FormData) => Promise<Answer>
  readonly className?: string
  readonly children: ReactNode
}

/** A form that shows what its action answers. It works before, and without, any script. */
export function ActionForm({ action, className, children }: Props): ReactNode {
  const [answer, send, pending] = useActionState(action, undefined)
  return (
    <form action={send} className={className} aria-busy={pending}>
      {answer !== undefined && (
        <p className="note" role="status">
          {answer.note}
        </p>
      )}
      {children}
    </form>
  )
}
