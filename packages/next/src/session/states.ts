import type { Sessions } from '@redstart/core'
import type { Work } from '../next/work-storage.d.ts'
import { RequestState } from './request-state.ts'

/** One for the process, however often this module is evaluated in it: pages and actions may be in bundles of their own. */
const STATES = Symbol.for('@redstart/next/session-states/1')

type OfRequest = Map<object, RequestState<object>>

/** The state of these sessions for a request, made at the first use and forgotten with it. */
export function stateOf<Data extends object>(work: Work, sessions: Sessions<Data>): RequestState<Data> {
  const known = states()
  const ofRequest: OfRequest = known.get(work) ?? new Map()
  known.set(work, ofRequest)
  const state = ofRequest.get(sessions) ?? new RequestState<Data>(sessions)
  // Found by its sessions, it has their data.
  ofRequest.set(sessions, state)
  return state as RequestState<Data>
}

function states(): WeakMap<Work, OfRequest> {
  // Nothing else has this symbol.
  const holder = globalThis as { [STATES]?: WeakMap<Work, OfRequest> }
  return (holder[STATES] ??= new WeakMap())
}
