import { dayOf } from '@redstart-example/express/tags'
import Link from 'next/link'
import { connection } from 'next/server'
import { type ReactNode, Suspense } from 'react'
import { soldOn } from '../lib/cached.ts'
import { type Restaurant, RESTAURANTS } from '../lib/restaurants.ts'
import { slugOf } from '../lib/slug.ts'
import { MadeBy } from '../parts/made-by.tsx'

/** A page that is made for each visitor, of parts that are cached. */
export default function Home(): ReactNode {
  return (
    <>
      <h1>Two kitchens, one basket</h1>
      <p className="lead">Fetch it yourself, or have it brought to your table.</p>
      <section className="columns">
        {RESTAURANTS.map((restaurant) => (
          <article className="card" key={restaurant.slug}>
            <h2>
              <Link href={`/menu/${restaurant.slug}`}>{restaurant.name}</Link>
            </h2>
            <p className="quiet">{restaurant.city}</p>
            <h3>Ordered most today</h3>
            <Suspense fallback={<p className="quiet">Asking the kitchen …</p>}>
              <Sold restaurant={restaurant} />
            </Suspense>
          </article>
        ))}
      </section>
    </>
  )
}

async function Sold({ restaurant }: { readonly restaurant: Restaurant }): Promise<ReactNode> {
  // Which day it is, is known once somebody asks.
  await connection()
  const { dishes, made } = await soldOn(restaurant.id, dayOf(new Date()))
  return (
    <div id={`sold-${restaurant.slug}`}>
      {dishes.length === 0 && <p>Nothing yet: be the first.</p>}
      <ol className="sold">
        {dishes.map((dish) => (
          <li key={dish.id}>
            <Link href={`/dishes/${slugOf(dish)}`} prefetch={false}>
              {dish.name}
            </Link>
            <span className="number">{dish.sold}</span>
          </li>
        ))}
      </ol>
      <MadeBy made={made} />
    </div>
  )
}
