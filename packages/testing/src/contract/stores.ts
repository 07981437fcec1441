import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type CacheStore, systemClock } from '@redstart/core'
import { expect } from 'vitest'
import type { OpenBackend, OpenedBackend, OpenOptions } from './open-backend.ts'

/** Two stores over the same data, in an app that no other test uses. */
export interface Stores {
  readonly app: string
  readonly store: CacheStore
  readonly other: CacheStore
  readonly backend: OpenedBackend
  /** One more store; of another app where that is named. It is closed with the others. */
  readonly open: (app?: string) => CacheStore
}

/** Opens a backend and two stores over it for one test, and closes all of it. */
export async function withStores(
  open: OpenBackend,
  options: OpenOptions,
  test: (stores: Stores) => Promise<void>,
): Promise<void> {
  const backend = await open(options)
  const opened: CacheStore[] = []
  const ownApp = randomApp()
  const openStore = (app = ownApp): CacheStore => {
    const store = backend.backend.cache({ app, clock: systemClock() })
    opened.push(store)
    return store
  }
  try {
    await test({ app: ownApp, store: openStore(), other: openStore(), backend, open: openStore })
  } finally {
    await Promise.all(opened.map(async (store) => await store.close()))
    await backend.dispose()
  }
}

/** The name of an app that nobody else uses. */
export function randomApp(): string {
  return `contract-${randomBytes(8).toString('hex')}`
}

/** Waits for what another store or connection will do soon, at most 5 s. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waits = 0; waits < 500; waits += 1) {
    if (await condition()) return
    await setTimeout(10)
  }
  expect.fail(`${what} did not happen within 5 s`)
}
