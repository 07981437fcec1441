import type { CoreRecord } from './core-record.ts'
import type { SessionEngine } from './engine.ts'
import type { MasterKey } from './keyring.ts'
import { SealedRecord } from './sealed.ts'
import type { ListedRecord, UserAddress } from './session-store.ts'

/** One of a user's records that counts. */
export interface UserRecord {
  readonly address: UserAddress
  readonly record: ListedRecord
  readonly core: CoreRecord
}

/**
 * All records of a user that count, made with whichever of the keys: a session keeps the tag of the key it was made with.
 *
 * @throws RedstartError what the store rejects with.
 */
export async function recordsOf(engine: SessionEngine, userId: string): Promise<readonly UserRecord[]> {
  const listed = await Promise.all(engine.keyring.all.map((key) => recordsUnder(engine, userId, key)))
  return listed.flat()
}

async function recordsUnder(engine: SessionEngine, userId: string, key: MasterKey): Promise<readonly UserRecord[]> {
  const { store, settings, keyring, scope } = engine
  const tag = key.tagOf(userId)
  const records = await store.list(tag, settings.deadline)
  return records.flatMap((record) => {
    const { sid } = record
    const core = new SealedRecord(keyring, scope, { sid, key }).openCore(record.core)
    // Two users can share a tag, though only once in 2^96 times.
    if (core?.userId !== userId || core.created < settings.notBefore) return []
    return [{ address: { kind: 'user', tag, sid }, record, core }]
  })
}
