import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestSession, Session, Sessions } from '@redstart/core'
import { isControlFlow } from './control-flow.ts'
import { currentRequest, phaseNow } from './current-request.ts'
import type { Resolved } from './options.ts'
import { refuseChange } from './readonly-session.ts'
import type { Asked, RequestState } from './request-state.ts'
import { stateOf } from './states.ts'

/** A change that is under way. */
interface Change {
  readonly state: object
  readonly session: unknown
  isOpen: boolean
}

/** What is called within a change belongs to it. */
const changes = new AsyncLocalStorage<Change>()

/** Changes the session of the request that is served, and stores it when the change has returned. */
export async function updateSession<Data extends object, T>(
  sessions: Sessions<Data>,
  settings: Resolved,
  change: (session: Session<Data>) => T | Promise<T>,
): Promise<T> {
  const request = await currentRequest()
  if (phaseNow() === 'render') return refuseChange()
  const state = stateOf(request.work, sessions)
  const outer = changes.getStore()
  // The one around it stores it; of the same state, it is the same session.
  if (outer?.state === state && outer.isOpen) return await change(outer.session as Session<Data>)
  return await state.inTurn(async () => await changed(state, { request, settings }, change))
}

async function changed<Data extends object, T>(
  state: RequestState<Data>,
  asked: Asked,
  change: (session: Session<Data>) => T | Promise<T>,
): Promise<T> {
  const opened = await state.forChange(asked)
  if (phaseNow() !== 'action') opened.headLeaves()
  const value = await tried(state, opened, asked, change)
  await stored(state, opened, asked)
  return value
}

async function tried<Data extends object, T>(
  state: RequestState<Data>,
  opened: RequestSession<Data> & { readonly session: Session<Data> },
  asked: Asked,
  change: (session: Session<Data>) => T | Promise<T>,
): Promise<T> {
  const { session } = opened
  const own: Change = { state, session, isOpen: true }
  try {
    return await changes.run(own, async () => await change(session))
  } catch (error) {
    // Whoever is sent elsewhere has done what there was to do.
    if (isControlFlow(error)) await stored(state, opened, asked)
    else await state.leave(opened, asked)
    throw error
  } finally {
    own.isOpen = false
  }
}

async function stored<Data extends object>(
  state: RequestState<Data>,
  opened: RequestSession<Data>,
  asked: Asked,
): Promise<void> {
  try {
    await state.store(opened, asked)
  } catch (error) {
    await state.leave(opened, asked)
    throw error
  }
}
