import { cacheLife, cacheTag } from 'next/cache'
import { dishesOf } from '../../../lib/dishes.js'
import { Menu } from '../../../lib/menu.jsx'

// Rendered for each request, from what is cached.
export const dynamic = 'force-dynamic'

/** @param {{ slug: string }} props */
async function CachedMenu({ slug }) {
  'use cache'
  cacheLife('hours')
  cacheTag('menu', `menu:${slug}`)
  return <Menu slug={slug} dishes={dishesOf(slug)} />
}

/** @param {{ params: Promise<{ slug: string }> }} props */
export default async function Page({ params }) {
  const { slug } = await params
  return <CachedMenu slug={slug} />
}
