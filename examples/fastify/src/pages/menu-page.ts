import { html } from '@redstart-example/express'
import type { OpenDish } from '../menu/open-menu.ts'
import type { Page } from './page.ts'

/** What there is to eat; what the store room does not suffice for is struck out. */
export function menuPage(dishes: readonly OpenDish[]): Page {
  const rows = dishes.map(
    ({ name, priceCents, available }) =>
      html`<tr class="${available ? '' : 'out'}">
        <td>${name}</td>
        <td class="number">${(priceCents / 100).toFixed(2)} €</td>
        <td>${available ? '' : 'not today'}</td>
      </tr>`,
  )
  const body =
    dishes.length === 0
      ? html`<p>There is no such restaurant.</p>`
      : html`<table>
          ${rows}
        </table>`
  return { title: 'Menu', body }
}
