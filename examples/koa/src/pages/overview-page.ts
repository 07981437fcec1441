import { html } from '@redstart-example/express'
import { buttonForm, type Page } from './page.ts'

export interface Overview {
  readonly name: string
  readonly manager: boolean
  readonly token: string
}

/** Where somebody begins who is signed in. */
export function overviewPage({ name, manager, token }: Overview): Page {
  const body = html`<p>
      ${manager ? 'You are a manager.' : 'You take orders.'} The numbers are those of your restaurant.
    </p>
    <ul>
      <li><a href="/dishes">Orders per dish</a>, or <a href="/dishes?days=1">of today</a></li>
      <li><a href="/hours">Orders per hour</a>, or <a href="/hours?days=1">of today</a></li>
    </ul>
    ${buttonForm('/logout', token, 'Log out')} ${buttonForm('/logout-everywhere', token, 'Log out everywhere')}`
  return { title: `Numbers for ${name}`, body }
}
