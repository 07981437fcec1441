import Link from 'next/link'
import type { ReactNode } from 'react'

export default function NotFound(): ReactNode {
  return (
    <>
      <h1>That is not on the menu</h1>
      <p>
        Look at <Link href="/">what there is</Link>.
      </p>
    </>
  )
}
