import { systemClock } from '@redstart/core'
import { expect } from 'vitest'
import type { OpenBackend, OpenedBackend } from '../open-backend.ts'
import { randomApp } from '../stores.ts'
import type { SessionStore } from './session-types.ts'

/** Two stores over the same sessions, in an app that no other test uses. */
export interface SessionStores {
  readonly store: SessionStore
  readonly other: SessionStore
  readonly backend: OpenedBackend
  /** One more store; of another app or namespace where that is named. It is closed with the others. */
  readonly open: (place?: { readonly app?: string; readonly namespace?: string }) => SessionStore
}

/** One thing that sessions expect of a backend. */
export interface SessionTest {
  readonly name: string
  readonly run: (open: OpenBackend) => Promise<void>
}

/** A test with two stores over the same sessions. */
export function sessionTest(name: string, test: (stores: SessionStores) => Promise<void>): SessionTest {
  return { name, run: async (open) => await withSessionStores(open, test) }
}

/** Opens a backend and two stores over it for one test, and closes all of it. */
async function withSessionStores(open: OpenBackend, test: (stores: SessionStores) => Promise<void>): Promise<void> {
  const backend = await open({})
  const opened: SessionStore[] = []
  const ownApp = randomApp()
  const openStore: SessionStores['open'] = ({ app = ownApp, namespace = 'web' } = {}) => {
    const { sessions } = backend.backend
    if (sessions === undefined) return expect.fail('the backend keeps no sessions')
    const store = sessions({ app, clock: systemClock() }, { namespace })
    opened.push(store)
    return store
  }
  try {
    await test({ store: openStore(), other: openStore(), backend, open: openStore })
  } finally {
    await Promise.all(opened.map(async (store) => await store.close()))
    await backend.dispose()
  }
}
