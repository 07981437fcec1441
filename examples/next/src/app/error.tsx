'use client'
import type { ReactNode } from 'react'

/** What is shown in the place of a page that could not be made: what is cached comes without it. */
export default function Failed({ reset }: { readonly reset: () => void }): ReactNode {
  return (
    <>
      <h1>One moment, please</h1>
      <p className="note" role="status">
        This page cannot be made just now. The menus are still there.
      </p>
      <button type="button" onClick={reset}>
        Try again
      </button>
    </>
  )
}
