import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { RESTAURANTS } from '../lib/restaurants.ts'
import './style.css'

export const metadata: Metadata = {
  title: { default: 'Codirosso & Jobitaki', template: '%s · Codirosso & Jobitaki' },
  description: 'Two restaurants, their menus and a basket.',
}

/** Nothing here asks who somebody is, so that pages which are the same for all can be kept whole. */
export default function Layout({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link className="home" href="/">
            Codirosso <span>&amp;</span> Jobitaki
          </Link>
          <span className="links">
            {RESTAURANTS.map(({ slug, city }) => (
              <Link key={slug} href={`/menu/${slug}`}>
                {city}
              </Link>
            ))}
            <Link href="/basket">Basket</Link>
            <Link href="/account">Account</Link>
          </span>
        </nav>
        <main>{children}</main>
      </body>
    </html>
  )
}
