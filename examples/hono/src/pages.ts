import { html } from 'hono/html'
import type { Category, Dish, Order } from './house.ts'

/** What Hono's `html` gives: text in which nothing of a value is markup. */
export type Page = ReturnType<typeof html>

export interface OrdersPage {
  readonly name: string
  readonly dishes: readonly Dish[]
  readonly latest: readonly Order[]
  /** Ids of the orders of who looks at it. */
  readonly own: readonly number[]
  readonly notes: readonly string[]
}

export function ordersPage({ name, dishes, latest, own, notes }: OrdersPage): Page {
  return page(
    `Orders by ${name}`,
    html`${notesOf(notes)}
      <form method="post" action="/orders">
        <label>Table <input name="table" type="number" min="1" max="60" value="1" required /></label>
        <label
          >Dish
          <select name="dish">
            ${dishes.map(({ id, name: dish, priceCents }) => html`<option value="${id}">${dish}, ${euros(priceCents)}</option>`)}
          </select></label
        >
        <label>Quantity <input name="quantity" type="number" min="1" max="20" value="1" required /></label>
        <button>Order</button>
      </form>
      <h2>Yours</h2>
      <p id="own">${own.length === 0 ? 'None yet.' : own.map((id) => `#${id}`).join(' ')}</p>
      <h2>Of the restaurant</h2>
      <ol>
        ${latest.map(({ id, table, status, totalCents }) => html`<li value="${id}">table ${table}, ${status}, ${euros(totalCents)}</li>`)}
      </ol>
      <form method="post" action="/logout">
        <button>Log out</button> <button formaction="/logout-everywhere">Log out everywhere</button>
      </form>`,
  )
}

/** For everybody: it is kept, and says when it was made. */
export function menuPage(menu: readonly Category[]): Page {
  return page(
    'Menu',
    html`${menu.length === 0 ? html`<p>There is no such restaurant.</p>` : ''}
      ${menu.map(
        ({ name, dishes }) =>
          html`<h2>${name}</h2>
            <ul>
              ${dishes.map(({ name: dish, priceCents }) => html`<li>${dish}, ${euros(priceCents)}</li>`)}
            </ul>`,
      )}
      <footer>Made at ${new Date().toISOString().slice(11, 23)} UTC.</footer>`,
  )
}

export function logInPage(notes: readonly string[]): Page {
  return page(
    'Log in',
    html`${notesOf(notes)}
      <form method="post" action="/login">
        <label>Name <input name="login" autocomplete="username" required /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
        <button>Log in</button>
      </form>`,
  )
}

function page(title: string, body: Page): Page {
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>${title}</title>
      <h1>${title}</h1>
      ${body}
    </html>`
}

function notesOf(notes: readonly string[]): readonly Page[] {
  return notes.map((note) => html`<p role="status">${note}</p>`)
}

function euros(cents: number): string {
  return `${(cents / 100).toFixed(2)} €`
}
