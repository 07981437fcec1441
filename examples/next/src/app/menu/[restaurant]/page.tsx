import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { menuOf } from '../../../lib/cached.ts'
import { isThereForBuild } from '../../../lib/database.ts'
import { euros } from '../../../lib/money.ts'
import { type Restaurant, restaurantOf, RESTAURANTS } from '../../../lib/restaurants.ts'
import { slugOf } from '../../../lib/slug.ts'
import { MadeBy } from '../../../parts/made-by.tsx'

interface Props {
  readonly params: Promise<{ readonly restaurant: string }>
}

/** With a database at hand while the app is built, pages are made then; else by the first who asks for each. */
export function generateStaticParams(): { restaurant: string }[] {
  // Next.js wants one at least; this one is not found.
  if (!isThereForBuild()) return [{ restaurant: 'none' }]
  return RESTAURANTS.map(({ slug }) => ({ restaurant: slug }))
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { name, city } = await asked(params)
  return { title: name, description: `The menu of ${name} in ${city}.` }
}

/** Kept whole, for everybody: nothing in it is somebody's. */
export default async function Menu({ params }: Props): Promise<ReactNode> {
  const { id, name, city } = await asked(params)
  const { categories, made } = await menuOf(id)
  return (
    <>
      <h1>{name}</h1>
      <p className="lead">{city}</p>
      <div className="menu">
        {categories.map((category) => (
          <section key={category.id}>
            <h2>{category.name}</h2>
            <ul>
              {category.dishes.map((dish) => (
                <li key={dish.id} className={dish.available ? undefined : 'out'} data-dish={dish.id}>
                  <Link href={`/dishes/${slugOf(dish)}`} prefetch={false}>
                    {dish.name}
                  </Link>
                  <span className="number">{dish.available ? euros(dish.priceCents) : 'not today'}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <MadeBy made={made} />
    </>
  )
}

async function asked(params: Props['params']): Promise<Restaurant> {
  return restaurantOf((await params).restaurant) ?? notFound()
}
