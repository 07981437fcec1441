import type { Redstart } from '@redstart/core'
import type { Express } from 'express'
import { hitRateMeter } from './hit-rate.ts'
import { invalidationLog } from './invalidation-log.ts'
import { createLiveStream } from './live-stream.ts'
import { createProbes } from './probes.ts'
import type { AppLink, Phase, State } from './state.ts'
import { createWeb } from './web.ts'

/** The page and the example behind it. */
export interface Showcase {
  /** Serves the page at once, and the example under `/api` as soon as there is one. */
  readonly app: Express
  /** Shows where the start has got to. */
  starting(label: string, share: number): void
  /** From now on requests reach the example. */
  ready(example: Express, database: string): void
  /** Shows where the other apps are. */
  beside(apps: readonly AppLink[]): void
  failed(message: string): void
  /** Measures and sends, once a second, as long as somebody watches. Returns how to stop. */
  run(origin: string): () => void
}

/** @param cache where the cache lies, for people. */
export function createShowcase(redstart: Redstart, cache: string): Showcase {
  const invalidations = invalidationLog(redstart.events)
  const meter = hitRateMeter(() => redstart.cache.stats())
  let hits = meter()
  let phase: Phase = { type: 'starting', label: 'starting PostgreSQL', share: 0 }
  let database = ''
  let apps: readonly AppLink[] = []
  let example: Express | undefined
  let probes = createProbes('')

  const live = createLiveStream((): State => ({
    phase,
    cache,
    database,
    apps,
    hits,
    probes: probes.reports(),
    history: probes.history(),
    invalidations: invalidations(),
  }))
  const enter = (next: Phase): void => {
    phase = next
    live.send()
  }
  const tick = (): void => {
    hits = meter()
    if (live.watchers() === 0) return
    live.send()
    if (phase.type === 'ready') void probes.round()
  }

  return {
    app: createWeb({ example: () => example, live: (request, response) => live.watch(request, response) }),
    starting: (label, share) => enter({ type: 'starting', label, share }),
    ready(app, description) {
      example = app
      database = description
      enter({ type: 'ready' })
    },
    beside(others) {
      apps = others
      live.send()
    },
    failed: (message) => enter({ type: 'failed', message }),
    run(origin) {
      probes = createProbes(origin)
      const second = setInterval(tick, 1000)
      return () => clearInterval(second)
    },
  }
}
