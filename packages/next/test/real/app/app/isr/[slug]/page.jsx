import { cacheLife, cacheTag } from 'next/cache'

export const revalidate = 3600

export function generateStaticParams() {
  return [{ slug: 'built' }, { slug: 'dropped' }]
}

/** @param {string} slug */
async function dish(slug) {
  'use cache'
  cacheLife('days')
  cacheTag(`dish:${slug}`)
  return `of ${slug}`
}

/** @param {{ params: Promise<{ slug: string }> }} props */
export default async function Page({ params }) {
  const { slug } = await params
  return <p>{`made ${globalThis.crypto.randomUUID()} ${await dish(slug)}`}</p>
}
