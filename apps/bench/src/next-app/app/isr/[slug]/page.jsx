import { dishesOf } from '../../../lib/dishes.js'
import { Menu } from '../../../lib/menu.jsx'

export const revalidate = 3600

export function generateStaticParams() {
  return [{ slug: '0' }]
}

/** @param {{ params: Promise<{ slug: string }> }} props */
export default async function Page({ params }) {
  const { slug } = await params
  return <Menu slug={slug} dishes={dishesOf(slug)} />
}
