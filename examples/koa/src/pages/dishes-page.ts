import { type DateRange, html } from '@redstart-example/express'
import type { DishNumbers } from '../numbers/numbers.ts'
import { euros, type Page } from './page.ts'

export function dishesPage({ from, to }: DateRange, dishes: readonly DishNumbers[]): Page {
  const rows = dishes.map(
    ({ name, orders, sold, revenueCents }) =>
      html`<tr>
        <td>${name}</td>
        <td class="number">${orders}</td>
        <td class="number">${sold}</td>
        <td class="number">${euros(revenueCents)}</td>
      </tr>`,
  )
  const body = html`<p>${from} to ${to}. <a href="/">Back</a></p>
    <table>
      <tr>
        <th>Dish</th>
        <th class="number">Orders</th>
        <th class="number">Sold</th>
        <th class="number">Revenue</th>
      </tr>
      ${rows}
    </table>`
  return { title: 'Orders per dish', body }
}
