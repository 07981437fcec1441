import type { ProbeReport, Sample } from './state.ts'

/** What a look at the back office asks. The first one is drawn over time. */
const QUESTIONS: readonly { readonly label: string; readonly path: string }[] = [
  { label: 'Dashboard, 30 days', path: '/api/restaurants/1/analytics' },
  { label: 'Menu', path: '/api/restaurants/1/menu' },
  { label: 'One dish', path: '/api/dishes/21' },
  { label: 'Stock', path: '/api/restaurants/1/stock' },
  { label: 'Last orders', path: '/api/restaurants/1/orders' },
]

const KEPT = 60

/** A request that takes longer counts as failed. */
const TIMEOUT_MS = 5000

/** Asks every question in both ways, over HTTP like any visitor, and remembers how long it took. */
export interface Probes {
  /** One round: ten requests, one after the other. Does nothing while the last one still runs. */
  round(): Promise<void>
  reports(): readonly ProbeReport[]
  /** Of the first question, oldest first. */
  history(): readonly Sample[]
}

/** @param origin of the app, `http://127.0.0.1:3000`. */
export function createProbes(origin: string): Probes {
  const samples = QUESTIONS.map((): Sample[] => [])
  let running = false
  return {
    async round() {
      if (running) return
      running = true
      try {
        // Wakes the connection and the code, which have slept for a second; visitors come in a row.
        await timed(`${origin}/api`, 'on')
        for (const [index, { path }] of QUESTIONS.entries()) {
          const own = samples[index] ?? []
          own.push({ cached: await timed(origin + path, 'on'), uncached: await timed(origin + path, 'off') })
          if (own.length > KEPT) own.shift()
        }
      } finally {
        running = false
      }
    },
    reports: () =>
      QUESTIONS.map((question, index) => {
        const own = samples[index] ?? []
        return {
          ...question,
          cached: median(own.map((sample) => sample.cached)),
          uncached: median(own.map((sample) => sample.uncached)),
        }
      }),
    history: () => [...(samples[0] ?? [])],
  }
}

/** Milliseconds until the last byte of the answer. */
async function timed(url: string, cache: 'on' | 'off'): Promise<number | null> {
  const since = performance.now()
  try {
    const response = await fetch(url, { headers: { 'x-cache': cache }, signal: AbortSignal.timeout(TIMEOUT_MS) })
    await response.arrayBuffer()
    return response.ok ? performance.now() - since : null
  } catch {
    return null
  }
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}
