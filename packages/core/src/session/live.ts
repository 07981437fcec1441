import type { CoreRecord } from './core-record.ts'
import type { SessionEngine } from './engine.ts'
import { SessionFields } from './fields.ts'
import { SealedRecord } from './sealed.ts'
import type { LoadedRecord } from './session-store.ts'
import type { Token } from './token.ts'

/** A record that a request has loaded or created. */
export interface Live {
  readonly token: Token
  readonly sealed: SealedRecord
  readonly core: CoreRecord
  readonly coreBytes: Uint8Array
  readonly fields: SessionFields
  readonly idle: number
  /** Milliseconds of the backend's time. */
  readonly touched: number
  readonly rotated: number
  /** `previous`: the browser has a newer cookie by now, or will have. */
  readonly secret: 'current' | 'previous'
  /** A next secret was offered. */
  readonly offered: boolean
  /** That one, where this request was told. */
  readonly nextSecret: string | undefined
}

/** What a record says, opened; undefined where it is not what was sealed for this token. */
export function liveOf(engine: SessionEngine, token: Token, record: LoadedRecord): Live | undefined {
  const { sid } = token.address
  const sealed = new SealedRecord(engine.keyring, engine.scope, { sid, key: token.key })
  const core = sealed.openCore(record.core)
  if (core === undefined || !belongs(token, core)) return undefined
  const { idle, touched, rotated, secret, next } = record
  const onDamaged = (field: string): void => engine.audit.tell({ type: 'session.damaged', sid, field })
  const fields = new SessionFields(sealed, record.fields, onDamaged)
  return {
    token,
    sealed,
    core,
    coreBytes: record.core,
    fields,
    idle,
    touched,
    rotated,
    secret,
    offered: next !== undefined,
    nextSecret: undefined,
  }
}

/** Tells the statistics that it was created or used just now, and until when it lives by that. */
export function noteUse(
  { activity }: SessionEngine,
  kind: 'created' | 'used',
  { token, core, idle, touched }: Pick<Live, 'token' | 'core' | 'idle' | 'touched'>,
): void {
  const { created, absolute, device } = core
  const expires = Math.min(touched + idle, absolute)
  activity.note({ kind, sid: token.address.sid, device: device.kind, created, expires })
}

/** A record cannot be that of another user, nor one of a user that of a visitor. */
function belongs({ address, key }: Token, { userId }: CoreRecord): boolean {
  if (address.kind === 'anonymous') return userId === undefined
  return userId !== undefined && key.tagOf(userId) === address.tag
}
