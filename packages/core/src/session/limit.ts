import { RedstartError } from '../errors.ts'
import type { SessionEngine } from './engine.ts'
import type { SessionLimit, UserAddress } from './session-store.ts'
import { recordsOf, type UserRecord } from './user-records.ts'

/**
 * What the script that creates a record sees to. A user whose sessions are under several keys has an index for each, which
 * no script sees all of: whom to evict is then decided by what is in all of them, and by nothing else.
 */
export function limitOfScript({ keyring, settings: { limit } }: SessionEngine): SessionLimit | undefined {
  return keyring.all.length === 1 || limit.onExceed === 'reject' ? limit : undefined
}

/**
 * Asks before anything is ended or made whether a log-in will be refused, so that it changes nothing then. Whatever comes
 * in between is for who makes the record to see.
 *
 * @throws RedstartError `SESSION_LIMIT`, or what the store rejects with.
 */
export async function checkLimit(engine: SessionEngine, userId: string): Promise<void> {
  const { max, onExceed } = engine.settings.limit
  if (onExceed !== 'reject') return
  const records = await recordsOf(engine, userId)
  if (records.length >= max) throw tooMany(max)
}

/**
 * Holds a user to as many sessions as there may be, those under other keys included.
 *
 * Of several log-ins at once each may see other sessions, some of which are ended meanwhile. Whoever looks leaves the last
 * one that was begun, and of the others those that end last. So nobody ends what another one would leave of all of them:
 * as many stay as may be, and the last one to look, who sees all that are left, leaves no more.
 *
 * @param created what was just created. It is ended where that fails: nobody is signed in then.
 * @throws RedstartError `SESSION_LIMIT` where it was one too many and is gone again, or what the store rejects with.
 */
export async function holdToLimit(engine: SessionEngine, userId: string, created: UserAddress): Promise<void> {
  const { keyring, settings, revocations } = engine
  if (keyring.all.length === 1) return
  const { max, onExceed } = settings.limit
  const revokeIt = async (): Promise<unknown> => await revocations.revoke({ addresses: [created] })
  try {
    if (onExceed !== 'reject') return await evict(engine, userId, surplusOf(await recordsOf(engine, userId), max))
    if (await mayStay(engine, userId, created)) return
  } catch (error) {
    await revokeIt().catch(() => undefined)
    throw error
  }
  await revokeIt()
  throw tooMany(max)
}

/**
 * Whether what was just created is none too many. Nobody stays who sees more than there may be: so the last one to look,
 * who sees all that stay, sees no more, whatever the clocks of the servers say. Of those that come at once the first ones
 * wait for the others to leave. Which ones these are the instants of their beginnings say, each by the clock of its own
 * server: where these differ, one that should have stayed may be refused.
 */
async function mayStay(engine: SessionEngine, userId: string, created: UserAddress): Promise<boolean> {
  const { clock, settings } = engine
  const { max } = settings.limit
  const end = clock.now() + settings.deadline
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const records = await recordsOf(engine, userId)
    if (records.length <= max) return true
    if (numberOf(created, records) > max || clock.now() + pause > end) return false
    await new Promise<void>((resolve) => void clock.schedule(pause, resolve))
  }
}

const FIRST_PAUSE_MS = 5

/** The user has as many sessions as there may be. */
export function tooMany(max: number): RedstartError {
  return new RedstartError(
    'SESSION_LIMIT',
    `The user has ${max} sessions, which is as many as sessions.limit.max allows; one of them must end first`,
  )
}

/** Which ones leave. */
function surplusOf(records: readonly UserRecord[], max: number): readonly UserRecord[] {
  const [, ...others] = [...records].sort((one, other) => (isBefore(one, other) ? 1 : -1))
  return others
    .sort(({ record: one }, { record: other }) => one.expires - other.expires || (one.sid < other.sid ? -1 : 1))
    .slice(0, Math.max(0, records.length - max))
}

async function evict(
  { revocations, audit }: SessionEngine,
  userId: string,
  leaving: readonly UserRecord[],
): Promise<void> {
  if (leaving.length === 0) return
  const { sids } = await revocations.revoke({ addresses: leaving.map(({ address }) => address) })
  for (const sid of sids) audit.tell({ type: 'session.ended', sid, userId, reason: 'evicted' })
}

/** The how manieth it is, in the order of their beginnings; 0 where it has ended. */
function numberOf({ sid }: UserAddress, records: readonly UserRecord[]): number {
  const own = records.find(({ record }) => record.sid === sid)
  return own === undefined ? 0 : 1 + records.filter((each) => isBefore(each, own)).length
}

function isBefore({ record: one }: UserRecord, { record: other }: UserRecord): boolean {
  return one.created < other.created || (one.created === other.created && one.sid < other.sid)
}
