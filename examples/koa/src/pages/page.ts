import { createHash } from 'node:crypto'
import { html, type Html, type Part } from '@redstart-example/express'

const STYLE = `
  :root { color-scheme: light dark }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .2rem .8rem .2rem 0 }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums } meter { width: 12rem }
  label { display: block; margin: .8rem 0 } input:not([type=checkbox]) { display: block; width: 16rem; max-width: 100% }
  .note { border-left: .25rem solid #b4532a; padding-left: .8rem } form.inline { display: inline-block; margin-right: .8rem }`

/** Nothing is run, fetched or framed, and forms go nowhere else. */
const POLICY = [
  `default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
].join('; ')

/** A page with its heading. */
export interface Page {
  readonly title: string
  /** What happened last. */
  readonly notes?: readonly string[]
  readonly body: Part
}

/** What a page is sent by. */
export interface PageContext {
  type: string
  body: unknown
  set(name: string, value: string): void
}

/** For the one who asked. */
export function sendPage(ctx: PageContext, page: Page): void {
  ctx.set('cache-control', 'no-store')
  send(ctx, page)
}

/** For more than one: it may be kept, and says when it was made. */
export function sendKeptPage(ctx: PageContext, { body, ...page }: Page): void {
  send(ctx, { ...page, body: [body, html`<footer>Made at ${new Date().toISOString().slice(11, 23)} UTC.</footer>`] })
}

function send(ctx: PageContext, { title, notes = [], body }: Page): void {
  ctx.set('content-security-policy', POLICY)
  ctx.type = 'html'
  const style = `<style>${STYLE}</style>`
  const { text } = html`<title>${title}</title>
    <h1>${title}</h1>
    ${notes.map((note) => html`<p class="note" role="status">${note}</p>`)}${body}`
  ctx.body = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">${style}${text}</html>`
}

/** A form with a button, and the token that proves that it was ours. */
export function buttonForm(action: string, token: string, button: string): Html {
  return html`<form class="inline" method="post" action="${action}">${hidden(token)}<button>${button}</button></form>`
}

export function hidden(token: string): Html {
  return html`<input type="hidden" name="csrf" value="${token}" />`
}

export function euros(cents: number): string {
  return `${(cents / 100).toFixed(2)} €`
}
