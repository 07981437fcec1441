import type { Work } from '../next/work-storage.d.ts'

/** One for the process, however often this module is evaluated in it: who looks and who is told may be in bundles of their own. */
const LOOKS = Symbol.for('@redstart/next/session-looks/1')

interface Looks {
  hasHappened: boolean
  readonly told: (() => void)[]
}

/** A session was looked at in a request: whatever it answers is somebody's from here on. */
export function noteLook(work: Work): void {
  const looks = looksOf(work)
  looks.hasHappened = true
  for (const tell of looks.told.splice(0)) tell()
}

/** Tells once that a session is looked at: now where one was, else there and then, which may be while a body is made. */
export function onLook(work: Work, tell: () => void): void {
  const { hasHappened, told } = looksOf(work)
  if (hasHappened) tell()
  else told.push(tell)
}

function looksOf(work: Work): Looks {
  // Nothing else has this symbol.
  const holder = globalThis as { [LOOKS]?: WeakMap<Work, Looks> }
  const all = (holder[LOOKS] ??= new WeakMap())
  const looks = all.get(work) ?? { hasHappened: false, told: [] }
  all.set(work, looks)
  return looks
}
