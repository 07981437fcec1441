import type { Metadata } from 'next'
import Link from 'next/link'
import { type ReactNode, Suspense } from 'react'
import { takeFromBasket } from '../../actions/basket.ts'
import { order } from '../../actions/order.ts'
import { type Basket, linesOf } from '../../lib/basket.ts'
import { menuOf } from '../../lib/cached.ts'
import type { OpenDish } from '../../lib/dishes.ts'
import { made } from '../../lib/made.ts'
import { euros } from '../../lib/money.ts'
import { RESTAURANTS } from '../../lib/restaurants.ts'
import { getSession } from '../../lib/session.ts'
import { slugOf } from '../../lib/slug.ts'
import { ActionForm } from '../../parts/action-form.tsx'
import { MadeBy } from '../../parts/made-by.tsx'

export const metadata: Metadata = { title: 'Basket' }

export default function BasketPage(): ReactNode {
  return (
    <>
      <h1>Basket</h1>
      <Suspense fallback={<p className="lead">Looking what you have …</p>}>
        <Own />
      </Suspense>
    </>
  )
}

/** Of whoever asks, made for them alone; names and prices come out of the cached menus. */
async function Own(): Promise<ReactNode> {
  const { userId, basket = {} } = await getSession()
  const lines = await linesWithDishes(basket)
  const sum = lines.reduce((cents, { dish, quantity }) => cents + dish.priceCents * quantity, 0)
  return (
    <>
      {lines.length === 0 ? <Empty /> : <Lines lines={lines} />}
      {lines.length > 0 && <p className="sum">Together {euros(sum)}</p>}
      {lines.length > 0 && userId !== undefined && (
        <ActionForm action={order} className="row">
          <label>
            Table <input name="table" type="number" min="1" max="60" required />
          </label>
          <button>Order</button>
        </ActionForm>
      )}
      {lines.length > 0 && userId === undefined && (
        <p>
          <Link href="/login">Log in</Link> to order; your basket stays.
        </p>
      )}
      <MadeBy made={made('basket')} />
    </>
  )
}

function Empty(): ReactNode {
  return (
    <p className="lead">
      Nothing yet. Look at the menu of{' '}
      {RESTAURANTS.map(({ slug, name }, n) => (
        <span key={slug}>
          {n > 0 && ' or '}
          <Link href={`/menu/${slug}`}>{name}</Link>
        </span>
      ))}
      .
    </p>
  )
}

interface LineWithDish {
  readonly dish: OpenDish
  readonly quantity: number
}

function Lines({ lines }: { readonly lines: readonly LineWithDish[] }): ReactNode {
  return (
    <ul className="lines">
      {lines.map(({ dish, quantity }) => (
        <li key={dish.id} data-dish={dish.id}>
          <span>
            {quantity} × <Link href={`/dishes/${slugOf(dish)}`}>{dish.name}</Link>
          </span>
          <span className="number">
            {euros(dish.priceCents * quantity)}
            <ActionForm action={takeFromBasket} className="tiny">
              <input type="hidden" name="dish" value={dish.id} />
              <button className="second" aria-label={`Take ${dish.name} out`}>
                ×
              </button>
            </ActionForm>
          </span>
        </li>
      ))}
    </ul>
  )
}

async function linesWithDishes(basket: Basket): Promise<readonly LineWithDish[]> {
  const menus = await Promise.all(RESTAURANTS.map(({ id }) => menuOf(id)))
  const dishes = new Map(
    menus.flatMap(({ categories }) => categories.flatMap((category) => category.dishes.map((dish) => [dish.id, dish]))),
  )
  return linesOf(basket).flatMap(({ dish: id, quantity }) => {
    const dish = dishes.get(id)
    return dish === undefined ? [] : [{ dish, quantity }]
  })
}
