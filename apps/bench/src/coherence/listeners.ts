/**
 * A process of listeners: `node listeners.js NAME URL LISTENERS ENTRIES`. It opens so many instances, has each of them
 * read all entries, and sends []. After that it answers a number n, once each listener has heard n invalidations, with
 * the instants at which each heard its last, in nanoseconds of `process.hrtime`, whose start all processes of a machine
 * share. It ends with the connection to its parent.
 */
import { type Instance, openInstance } from './instances.ts'

/** Reads that one listener has running at a time. */
const TOGETHER = 50

interface Listener {
  readonly instance: Instance
  heard: number
  /** Of the last one. */
  at: number
}

async function main([name, url = '', count, entries]: readonly string[]): Promise<void> {
  if (name !== 'redstart' && name !== 'bentocache') throw new TypeError(`there is no contender ${name}`)
  const listeners: Listener[] = []
  let wanted = Number.POSITIVE_INFINITY
  const answerIfHeard = (): void => {
    if (listeners.some(({ heard }) => heard < wanted)) return
    wanted = Number.POSITIVE_INFINITY
    process.send?.(listeners.map(({ at }) => at))
  }
  for (let index = 0; index < Number(count); index++) {
    const listener = { instance: openInstance(name, url), heard: 0, at: 0 }
    listener.instance.onHeard(() => {
      listener.at = Number(process.hrtime.bigint())
      listener.heard++
      if (listener.heard === wanted) answerIfHeard()
    })
    listeners.push(listener)
  }
  for (const { instance } of listeners) await readAll(instance, Number(entries))
  process.on('message', (message) => {
    wanted = Number(message)
    answerIfHeard()
  })
  process.send?.([])
}

async function readAll(instance: Instance, entries: number): Promise<void> {
  for (let first = 0; first < entries; first += TOGETHER) {
    const together = Math.min(TOGETHER, entries - first)
    await Promise.all(Array.from({ length: together }, (_, index) => instance.read(first + index)))
  }
}

process.once('disconnect', () => process.exit())
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
