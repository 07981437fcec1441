/** What sessions tell about themselves. `sid` names a session for its whole life; secrets and data never appear. */
export type SessionEvent =
  | (OfSession & {
      readonly type: 'session.created'
      readonly userId: string | undefined
      /** Why: the first data of a visitor, a log-in, or a log-in that renews one. */
      readonly reason: 'anonymous' | 'login' | 'elevation' | 'import'
      /** How many replicas had it in time; undefined where that was not asked. */
      readonly replicas?: number | undefined
    })
  | (OfSession & {
      readonly type: 'session.ended'
      readonly userId: string | undefined
      /**
       * `evicted`: the user had too many; `replaced`: by a log-in; `reuse` and `binding`: a policy says so.
       */
      readonly reason: 'logout' | 'revoked' | 'evicted' | 'replaced' | 'reuse' | 'binding'
      /** The same of its end. */
      readonly replicas?: number | undefined
    })
  /** A new secret was made, or has taken the place of the one before. */
  | (OfSession & { readonly type: 'session.rotated'; readonly phase: 'offered' | 'taken' })
  /** A secret was presented that was replaced long ago: somebody has a copy of a cookie. */
  | (OfSession & { readonly type: 'session.reuse' })
  /** A session is used from elsewhere than it was begun. */
  | (OfSession & { readonly type: 'session.binding'; readonly what: 'ip' | 'userAgent'; readonly policy: string })
  /** What is stored of a session, or of one of its fields, is not what was sealed. */
  | (OfSession & { readonly type: 'session.damaged'; readonly field: string | undefined })
  /** A field does not fit the schema, and was dropped. */
  | (OfSession & { readonly type: 'session.rejected'; readonly field: string; readonly issues: readonly string[] })
  /** What was stored is lost: the session had ended meanwhile, or none could begin, whose `sid` is empty then. */
  | (OfSession & { readonly type: 'session.lost'; readonly reason: string })
  /** Counted, and told once a minute: cookies and writes that came to nothing. */
  | {
      readonly type: 'session.refused'
      readonly namespace: string
      readonly reason: SessionRefusal
      readonly count: number
    }

/** Why a cookie, or a write, came to nothing. */
export type SessionRefusal =
  | 'malformed'
  | 'forged'
  | 'ambiguous'
  | 'missing'
  | 'unknown'
  | 'expired'
  | 'revoked'
  | 'ended'
  | 'too-early'
  | 'reuse'
  | 'lost'
  | 'conflict'

interface OfSession {
  readonly namespace: string
  readonly sid: string
}
