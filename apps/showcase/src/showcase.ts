import { fileURLToPath } from 'node:url'
import type { Redstart } from '@redstart/core'
import express, { type Express } from 'express'
import { hitRateMeter } from './hit-rate.ts'
import { invalidationLog } from './invalidation-log.ts'
import { createLiveStream } from './live-stream.ts'
import { createProbes } from './probes.ts'
import type { HitRate, Phase, State } from './state.ts'

/** The same relative place from `src` and from `dist`. */
const PAGE = fileURLToPath(new URL('../public', import.meta.url))

const NO_SCRIPTS_BUT_OURS = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** The page and the example behind it. */
export interface Showcase {
  /** Serves the page at once, and the example under `/api` as soon as there is one. */
  readonly app: Express
  /** Shows where the start has got to. */
  starting(label: string, share: number): void
  /** From now on requests reach the example. */
  ready(example: Express, database: string): void
  failed(message: string): void
  /** Measures and sends, once a second, as long as somebody watches. Returns how to stop. */
  run(origin: string): () => void
}

/** @param cache where the cache lies, for people. */
export function createShowcase(redstart: Redstart, cache: string): Showcase {
  const invalidations = invalidationLog(redstart.events)
  const meter = hitRateMeter(() => redstart.cache.stats())
  let hits: HitRate = meter()
  let phase: Phase = { type: 'starting', label: 'starting PostgreSQL', share: 0 }
  let database = ''
  let example: Express | undefined
  let probes = createProbes('')

  const state = (): State => ({
    phase,
    cache,
    database,
    hits,
    probes: probes.reports(),
    history: probes.history(),
    invalidations: invalidations(),
  })
  const live = createLiveStream(state)

  const app = express()
  app.disable('x-powered-by')
  app.use('/api', (request, response) => {
    // The example has its routes under /api itself; Express has taken that off.
    request.url = request.originalUrl
    if (example !== undefined) return example(request, response)
    response.status(503).set('retry-after', '2').type('application/problem+json')
    response.send(JSON.stringify({ type: 'about:blank', title: 'Not ready', status: 503, detail: 'The database is being filled.' }))
  })
  app.get('/live', (request, response) => live.watch(request, response))
  app.use(express.static(PAGE, { setHeaders: (response) => response.setHeader('content-security-policy', NO_SCRIPTS_BUT_OURS) }))
  app.use((_request, response) => {
    response.status(404).type('text/plain').send('There is nothing here; the page is at / and the example at /api.')
  })

  return {
    app,
    starting(label, share) {
      phase = { type: 'starting', label, share }
      live.send(state())
    },
    ready(app, description) {
      example = app
      database = description
      phase = { type: 'ready' }
      live.send(state())
    },
    failed(message) {
      phase = { type: 'failed', message }
      live.send(state())
    },
    run(origin) {
      probes = createProbes(origin)
      const second = setInterval(() => {
        hits = meter()
        if (live.watchers() === 0) return
        live.send(state())
        if (phase.type === 'ready') void probes.round()
      }, 1000)
      return () => clearInterval(second)
    },
  }
}
