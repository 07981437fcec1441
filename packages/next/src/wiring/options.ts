import type { HandlerSettings } from '../runtime/settings.ts'

/** How the caches of a Next.js app are kept. */
export interface WithRedstartOptions {
  /**
   * The file whose default export is what `createRedstart()` takes, or a function that returns that or an instance: a path
   * from the folder of the app, or a file URL. It is read by Node.js, not bundled: `.mjs`, `.js` or `.cjs`.
   */
  readonly redstart: string | URL
  /** The namespace of the cache that everything is kept in. @default 'next' */
  readonly namespace?: string
  /** How long anything is kept at the most, in whole seconds; Next.js keeps for a year what is not told otherwise. @default 30 days */
  readonly retention?: number
  /** The most bytes of one entry. Larger ones are made anew for each request. @default 16 MiB */
  readonly maxEntryBytes?: number
  /**
   * How far the clock of the machine that builds the app may be from that of Redis, in seconds: pages of the build are served
   * only if nothing of theirs was invalidated since that long before it. `false` has all of them rendered anew.
   *
   * @default 60
   */
  readonly buildClockSkew?: number | false
  /** The folder of the app. @default the folder that the process was started in */
  readonly folder?: string | URL
}

const DAY_S = 86_400
const MEMBERS: ReadonlySet<string> = new Set([
  ...['redstart', 'namespace', 'retention', 'maxEntryBytes', 'buildClockSkew', 'folder'],
])
const MOST_BYTES = 64 * 1024 * 1024

/** @throws TypeError for an option that is not allowed. */
export function settingsOf(options: WithRedstartOptions, id: string, deploymentId: string): HandlerSettings {
  for (const name of Object.keys(options)) if (!MEMBERS.has(name)) throw refused(name, 'no option of withRedstart()')
  const { namespace = 'next', retention = 30 * DAY_S, maxEntryBytes = 16 * 1024 * 1024 } = options
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(namespace))
    throw refused('namespace', 'not 1 to 60 of A-Z a-z 0-9 . _ -, beginning with a letter or digit')
  if (!Number.isSafeInteger(retention) || retention < 1 || retention > 366 * DAY_S)
    throw refused('retention', `not a whole number of 1 to ${366 * DAY_S} seconds`)
  if (!Number.isSafeInteger(maxEntryBytes) || maxEntryBytes < 1 || maxEntryBytes > MOST_BYTES)
    throw refused('maxEntryBytes', `not a whole number of 1 to ${MOST_BYTES}`)
  const { buildClockSkew = 60 } = options
  const times = { retention: retention * 1000, ...skewOf(buildClockSkew) }
  return { id, namespace, maxEntryBytes, deploymentId, ...times }
}

function skewOf(seconds: number | false): Pick<HandlerSettings, 'buildClockSkew'> {
  if (seconds === false) return {}
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= DAY_S) return { buildClockSkew: seconds * 1000 }
  throw refused('buildClockSkew', `neither a number of 0 to ${DAY_S} seconds nor false`)
}

export function refused(option: string, why: string): TypeError {
  return new TypeError(`withRedstart(): ${option} is ${why}`)
}
