import { html } from '@redstart-example/express'
import { hidden, type Page } from './page.ts'

/** For nobody. */
export function logInPage(token: string, notes: readonly string[]): Page {
  const body = html`<form method="post" action="/login">
    ${hidden(token)}
    <label>Name <input name="login" autocomplete="username" required autofocus /></label>
    <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
    <button>Log in</button>
  </form>`
  return { title: 'Log in', notes, body }
}
