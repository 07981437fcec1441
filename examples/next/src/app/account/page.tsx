import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { type ReactNode, Suspense } from 'react'
import { changePrice } from '../../actions/price.ts'
import { logOut, logOutEverywhere } from '../../actions/sign-in.ts'
import { menuOf } from '../../lib/cached.ts'
import { made } from '../../lib/made.ts'
import { euros } from '../../lib/money.ts'
import { restaurantWith } from '../../lib/restaurants.ts'
import { getSession } from '../../lib/session.ts'
import { ActionForm } from '../../parts/action-form.tsx'
import { MadeBy } from '../../parts/made-by.tsx'

export const metadata: Metadata = { title: 'Account' }

export default function AccountPage(): ReactNode {
  return (
    <Suspense fallback={<h1>Account</h1>}>
      <Own />
    </Suspense>
  )
}

async function Own(): Promise<ReactNode> {
  const session = await getSession()
  if (session.userId === undefined) redirect('/login')
  const { name, restaurant = 0, orders = [] } = session
  return (
    <>
      <h1>{name}</h1>
      <p className="lead">
        {session.hasRole('manager') ? 'Manager' : 'Crew'} of {restaurantWith(restaurant)?.name}
      </p>
      <h2>Your orders</h2>
      <p id="own">{orders.length === 0 ? 'None yet.' : orders.map((id) => `#${id}`).join(', ')}</p>
      {session.hasRole('manager') && <Prices restaurant={restaurant} />}
      <form className="inline" action={logOut}>
        <button>Log out</button>
      </form>
      <form className="inline" action={logOutEverywhere}>
        <button className="second">Log out everywhere</button>
      </form>
      <MadeBy made={made('account')} />
    </>
  )
}

/** For a manager: what a dish costs. */
async function Prices({ restaurant }: { readonly restaurant: number }): Promise<ReactNode> {
  const { categories } = await menuOf(restaurant)
  return (
    <>
      <h2>Change a price</h2>
      <ActionForm action={changePrice} className="row">
        <label>
          Dish{' '}
          <select name="dish">
            {categories.map((category) => (
              <optgroup key={category.id} label={category.name}>
                {category.dishes.map(({ id, name, priceCents }) => (
                  <option key={id} value={id}>
                    {name}, {euros(priceCents)}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </label>
        <label>
          Euros <input name="price" inputMode="decimal" size={6} required />
        </label>
        <button>Change</button>
      </ActionForm>
    </>
  )
}
