import { html, type Html, type StockLevel } from '@redstart-example/express'
import { buttonForm, hidden, type Page } from './page.ts'

export interface Stock {
  readonly name: string
  readonly manager: boolean
  readonly levels: readonly StockLevel[]
  readonly token: string
}

/** What is in the store room, with forms to change it for who may. */
export function stockPage({ name, manager, levels, token }: Stock, notes: readonly string[]): Page {
  const rows = levels.map(
    (level) =>
      html`<tr class="${level.low ? 'low' : ''}">
        <td>${level.name}${level.low ? ' (order more)' : ''}</td>
        <td class="number">${level.quantity} ${level.unit}</td>
        <td>${manager ? changeForm(level, token) : ''}</td>
      </tr>`,
  )
  const body = html`<p>You are ${name}${manager ? ', a manager' : ''}. This is the store room of your restaurant.</p>
    <table>
      <tr>
        <th>Ingredient</th>
        <th class="number">There is</th>
        <th></th>
      </tr>
      ${rows}
    </table>
    ${buttonForm('/logout', token, 'Log out')} ${buttonForm('/logout-everywhere', token, 'Log out everywhere')}`
  return { title: 'Store room', notes, body }
}

function changeForm({ ingredient, name }: StockLevel, token: string): Html {
  return html`<form method="post" action="/deliver">
    ${hidden(token)}<input type="hidden" name="ingredient" value="${ingredient}" />
    <input name="amount" type="number" min="1" max="1000000" required aria-label="Amount of ${name}" />
    <button>Deliver</button> <button formaction="/take">Take out</button>
  </form>`
}
