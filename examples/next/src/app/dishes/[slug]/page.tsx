import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { addToBasket } from '../../../actions/basket.ts'
import { dishWith, menuOf, type ShownDish } from '../../../lib/cached.ts'
import { isThereForBuild } from '../../../lib/database.ts'
import { euros } from '../../../lib/money.ts'
import { RESTAURANTS, restaurantWith } from '../../../lib/restaurants.ts'
import { idOf, slugOf } from '../../../lib/slug.ts'
import { ActionForm } from '../../../parts/action-form.tsx'
import { MadeBy } from '../../../parts/made-by.tsx'

interface Props {
  readonly params: Promise<{ readonly slug: string }>
}

/** With a database at hand while the app is built, pages are made then; else by the first who asks for each. */
export async function generateStaticParams(): Promise<{ slug: string }[]> {
  // Next.js wants one at least; this one is not found.
  if (!isThereForBuild()) return [{ slug: 'none' }]
  const menus = await Promise.all(RESTAURANTS.map(({ id }) => menuOf(id)))
  const dishes = menus.flatMap(({ categories }) => categories.flatMap((category) => category.dishes))
  return dishes.map((dish) => ({ slug: slugOf(dish) }))
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await asked(params)).name }
}

/** Kept whole, for everybody. What somebody does here with their basket is a server action. */
export default async function Dish({ params }: Props): Promise<ReactNode> {
  const { id, restaurant, name, priceCents, ingredients, made } = await asked(params)
  const from = restaurantWith(restaurant)
  return (
    <>
      <h1>{name}</h1>
      <p className="lead">{from !== undefined && <Link href={`/menu/${from.slug}`}>{from.name}</Link>}</p>
      <p className="price number">{euros(priceCents)}</p>
      <p>With {ingredients.join(', ')}.</p>
      <ActionForm action={addToBasket} className="row">
        <input type="hidden" name="dish" value={id} />
        <label>
          How many <input name="quantity" type="number" min="1" max="20" defaultValue="1" required />
        </label>
        <button>Into the basket</button>
      </ActionForm>
      <MadeBy made={made} />
    </>
  )
}

async function asked(params: Props['params']): Promise<ShownDish> {
  const { slug } = await params
  const id = idOf(slug)
  const dish = id === undefined ? null : await dishWith(id)
  // A dish has one address.
  return dish !== null && slugOf(dish) === slug ? dish : notFound()
}
