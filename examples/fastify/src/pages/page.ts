import { createHash } from 'node:crypto'
import { html, type Html, type Part } from '@redstart-example/express'
import type { FastifyReply } from 'fastify'

const STYLE = `
  :root { color-scheme: light dark }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .2rem .8rem .2rem 0 }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums } tr.low td { color: #b4532a } tr.out td { text-decoration: line-through }
  label { display: block; margin: .8rem 0 } input:not([type=checkbox]) { display: block; width: 16rem; max-width: 100% }
  td input:not([type=checkbox]) { display: inline; width: 5rem }
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

/** For the one who asked. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return send(reply.header('cache-control', 'no-store'), page)
}

/** For everybody: it may be kept, and says when it was made. */
export function sendKeptPage(reply: FastifyReply, { body, ...page }: Page): FastifyReply {
  const made = html`<footer>Made at ${new Date().toISOString().slice(11, 23)} UTC.</footer>`
  return send(reply, { ...page, body: [body, made] })
}

function send(reply: FastifyReply, { title, notes = [], body }: Page): FastifyReply {
  const style = `<style>${STYLE}</style>`
  const { text } = html`<title>${title}</title>
    <h1>${title}</h1>
    ${notes.map((note) => html`<p class="note" role="status">${note}</p>`)}${body}`
  return reply
    .header('content-security-policy', POLICY)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">${style}${text}</html>`,
    )
}

/** A form with a button, and the token that proves that it was ours. */
export function buttonForm(action: string, token: string, button: string): Html {
  return html`<form class="inline" method="post" action="${action}">${hidden(token)}<button>${button}</button></form>`
}

export function hidden(token: string): Html {
  return html`<input type="hidden" name="csrf" value="${token}" />`
}
