import { createHash } from 'node:crypto'
import type { DeviceSession } from '@redstart/core'
import { html, type Html, type Part } from './html.ts'

const STYLE = `
  :root { color-scheme: light dark }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .8rem .4rem 0 }
  label { display: block; margin: .8rem 0 } input:not([type=checkbox]) { display: block; width: 16rem; max-width: 100% }
  .note { border-left: .25rem solid #b4532a; padding-left: .8rem } form.inline { display: inline-block; margin: .4rem .8rem .4rem 0 }`

/** Nothing is run, fetched or framed, and forms go nowhere else. */
export const PAGE_POLICY: string = [
  `default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
].join('; ')

/** What every page has. */
interface Page {
  /** For the forms: proves that they were ours. */
  readonly token: string
  /** What happened last. */
  readonly notes: readonly string[]
}

/** For nobody. */
export function logInPage({ token, notes }: Page): string {
  return page('Log in', notes, [
    form('login', token, [
      html`<label>Name <input name="login" autocomplete="username" required autofocus /></label>`,
      html`<label>Password <input name="password" type="password" autocomplete="current-password" required /></label>`,
      html`<label><input name="remember" type="checkbox" value="yes" /> Stay signed in</label>`,
      html`<button>Log in</button>`,
    ]),
  ])
}

/** Asks for the password once more. */
export function confirmPage({ token, notes }: Page): string {
  return page('Your password', notes, [
    form('confirm', token, [
      html`<label
        >Password <input name="password" type="password" autocomplete="current-password" required autofocus
      /></label>`,
      html`<button>Go on</button>`,
    ]),
  ])
}

/** Of somebody who is signed in. */
export interface AccountPage extends Page {
  readonly name: string
  readonly manager: boolean
  readonly devices: readonly DeviceSession[]
}

export function accountPage({ token, notes, name, manager, devices }: AccountPage): string {
  return page(`Hello ${name}`, notes, [
    html`<p>${manager ? 'You are a manager: you may change price lists.' : 'You may take orders.'}</p>
      <h2>Your devices</h2>
      <table>
        <tr>
          <th>Device</th>
          <th>Network</th>
          <th>Signed in</th>
          <th>Last seen</th>
          <th></th>
        </tr>
        ${devices.map((device) => deviceRow(device, token))}
      </table>
      ${inline('logout', token, 'Log out')} ${inline('logout-everywhere', token, 'Log out everywhere')}`,
  ])
}

function deviceRow({ id, current, device, created, lastUsed }: DeviceSession, token: string): Html {
  return html`<tr>
    <td>${device.userAgent ?? 'unknown'}${current ? ' (this one)' : ''}</td>
    <td>${device.network ?? ''}</td>
    <td>${minuteOf(created)}</td>
    <td>${minuteOf(lastUsed)}</td>
    <td>${current ? undefined : inline(`devices/${id}/end`, token, 'End')}</td>
  </tr>`
}

function minuteOf(instant: Date): string {
  return instant.toISOString().slice(0, 16).replace('T', ' ')
}

function inline(action: string, token: string, button: string): Html {
  return html`<form class="inline" method="post" action="/account/${action}">
    ${hidden(token)}<button>${button}</button>
  </form>`
}

function form(action: string, token: string, parts: Part): Html {
  return html`<form method="post" action="/account/${action}">${hidden(token)}${parts}</form>`
}

function hidden(token: string): Html {
  return html`<input type="hidden" name="csrf" value="${token}" />`
}

function page(title: string, notes: readonly string[], body: Part): string {
  const style = `<style>${STYLE}</style>`
  const { text } = html`<h1>${title}</h1>
    ${notes.map((note) => html`<p class="note" role="status">${note}</p>`)}${body}`
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">${style}<title>${html`${title}`.text}</title>${text}</html>`
}
