import type { ReactNode } from 'react'
import type { Made } from '../lib/made.ts'

/** Says which making of a page this is, so that one can see where it came from. */
export function MadeBy({ made: { render, instance, at } }: { readonly made: Made }): ReactNode {
  return (
    <footer className="made" data-render={render} data-instance={instance}>
      Render {render} by instance {instance}, at {at} UTC.
    </footer>
  )
}
