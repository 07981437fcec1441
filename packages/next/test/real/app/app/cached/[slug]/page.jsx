import { cacheLife, cacheTag } from 'next/cache'

export const dynamic = 'force-dynamic'

/** @param {{ slug: string }} props */
async function Dish({ slug }) {
  'use cache'
  cacheLife('hours')
  cacheTag(`dish:${slug}`)
  // Some pages are larger than anything that is kept.
  const text = slug.startsWith('large') ? 'x'.repeat(50 * 1024 * 1024) : ''
  return <p title={text}>{`made ${globalThis.crypto.randomUUID()} for ${slug}`}</p>
}

/** @param {{ params: Promise<{ slug: string }> }} props */
export default async function Page({ params }) {
  const { slug } = await params
  return <Dish slug={decodeURIComponent(slug)} />
}
