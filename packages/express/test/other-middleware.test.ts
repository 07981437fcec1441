import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import compression from 'compression'
import express, { type RequestHandler, type Response } from 'express'
import { describe, expect, it } from 'vitest'
import { runPolicies } from '../src/index.ts'
import { listen } from './express-app.ts'
import { late, settling } from './settled-app.ts'

const require = createRequire(import.meta.url)
// Neither brings types of its own, and little of them is used here.
const session = require('express-session') as (options: object) => RequestHandler
const morgan = require('morgan') as (format: string, options: object) => RequestHandler

const TEXT = 'Redstart, '.repeat(50_000)

/** What each handler answers, and its body. */
const HANDLERS: Readonly<Record<string, readonly [body: string, handler: (response: Response) => unknown]>> = {
  json: [JSON.stringify(TEXT), (response) => response.json(TEXT)],
  short: ['short', (response) => response.type('text').end('short')],
  writes: [
    `${TEXT}end`,
    (response) => {
      response.type('text').write(TEXT)
      response.end('end')
    },
  ],
  pipeline: [TEXT, async (response) => await pipeline(Readable.from(pieces()), response.type('text'))],
  pipe: [TEXT, (response) => Readable.from(pieces()).pipe(response.type('text'))],
  redirect: ['', (response) => response.redirect('/there')],
}

function* pieces(): Generator<string> {
  for (let from = 0; from < TEXT.length; from += 7000) yield TEXT.slice(from, from + 7000)
}

/** Middleware that patches the response, each in its own way. */
const OTHERS = {
  compression: () => compression(),
  'express-session': () => session({ secret: 'secret', resave: true, saveUninitialized: true }),
  morgan: (log: string[]) =>
    morgan(':status :res[x-settled]', { stream: { write: (line: string) => log.push(line.trim()) } }),
} satisfies Record<string, (log: string[]) => RequestHandler>

/** Every one of them before the policies or behind. */
const ORDERS = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  before: Object.keys(OTHERS).filter((_, n) => (bits >> n) & 1),
  behind: Object.keys(OTHERS).filter((_, n) => !((bits >> n) & 1)),
}))

const atOnce = settling((exchange) => {
  exchange.setHeader('x-settled', 'at once')
  exchange.appendHeader('set-cookie', 'ours=1')
  return undefined
})
const slowly = settling(async (exchange) => {
  await new Promise((resolve) => setTimeout(resolve, 20))
  exchange.appendHeader('set-cookie', 'ours=1')
  return undefined
})

interface Answer {
  readonly status: number
  readonly encoding: string | null
  readonly length: string | null
  readonly text: string
  readonly cookies: readonly string[]
  readonly log: readonly string[]
}

describe.each(ORDERS)('with $before before and $behind behind', ({ before, behind }) => {
  async function answerOf(name: string, policies: RequestHandler): Promise<Answer> {
    const log: string[] = []
    const app = express()
    for (const [other, make] of Object.entries(OTHERS)) if (before.includes(other)) app.use(make(log))
    app.use(policies)
    for (const [other, make] of Object.entries(OTHERS)) if (behind.includes(other)) app.use(make(log))
    app.use(async (_request, response) => void (await HANDLERS[name]?.[1](response)))
    const { port, close } = await listen(app)
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' })
      const text = await answer.text()
      const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0] ?? '')
      await expect.poll(() => log.length).toBe(1)
      const { status, headers } = answer
      return {
        status,
        encoding: headers.get('content-encoding'),
        length: headers.get('content-length'),
        text,
        cookies,
        log,
      }
    } finally {
      await close()
    }
  }

  it.each(Object.keys(HANDLERS))('%s arrives as it does without policies, and with their cookies', async (name) => {
    const plain = await answerOf(name, (_request, _response, next) => next())
    if (plain.status === 200) expect(plain.text === HANDLERS[name]?.[0]).toBe(true)
    for (const [told, uses] of [
      ['yes', [late, slowly]],
      ['at once', [atOnce]],
    ] as const) {
      const { cookies, log, text, status, encoding, length } = await answerOf(name, runPolicies(uses))
      expect(text === plain.text).toBe(true)
      expect(status).toBe(plain.status)
      // express-session hides how short it is, and so it is compressed; the policies in front of it have told by then.
      if (name !== 'short') expect([encoding, length]).toEqual([plain.encoding, plain.length])
      expect([...cookies].sort()).toEqual(['connect.sid', 'ours'])
      expect(log).toEqual([`${status} ${told}`])
    }
  })
})
