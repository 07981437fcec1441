import { type DateRange, html } from '@redstart-example/express'
import type { HourNumbers } from '../numbers/numbers.ts'
import { euros, type Page } from './page.ts'

export function hoursPage({ from, to }: DateRange, hours: readonly HourNumbers[]): Page {
  const most = Math.max(1, ...hours.map(({ orders }) => orders))
  const rows = hours.map(
    ({ hour, orders, revenueCents }) =>
      html`<tr>
        <td>${hour}:00</td>
        <td class="number">${orders}</td>
        <td><meter value="${orders}" max="${most}"></meter></td>
        <td class="number">${euros(revenueCents)}</td>
      </tr>`,
  )
  const body = html`<p>${from} to ${to}, in UTC. <a href="/">Back</a></p>
    <table>
      <tr>
        <th>Hour</th>
        <th class="number">Orders</th>
        <th></th>
        <th class="number">Revenue</th>
      </tr>
      ${rows}
    </table>`
  return { title: 'Orders per hour', body }
}
