import type { Backend } from '@redstart/core'

/** The contract of a backend that keeps sessions, and what its operations take and give. */
export type SessionStore = ReturnType<NonNullable<Backend['sessions']>>
export type CreateRequest = Parameters<SessionStore['create']>[0]
export type LoadRequest = Parameters<SessionStore['load']>[0]
export type CommitRequest = Parameters<SessionStore['commit']>[0]
export type FieldChange = CommitRequest['changes'][number]
export type RotateRequest = Parameters<SessionStore['rotate']>[0]
export type SessionAddress = CreateRequest['address']
export type LoadReply = Awaited<ReturnType<SessionStore['load']>>
export type LoadedRecord = Extract<LoadReply, { readonly kind: 'loaded' }>
export type CommitReply = Awaited<ReturnType<SessionStore['commit']>>
export type RotateReply = Awaited<ReturnType<SessionStore['rotate']>>
export type EndRequest = Parameters<SessionStore['end']>[0]
export type RevokeReply = Awaited<ReturnType<SessionStore['revoke']>>
export type EndReply = Awaited<ReturnType<SessionStore['end']>>
export type Activity = Parameters<SessionStore['note']>[0][number]
export type Revocation = Parameters<Parameters<SessionStore['subscribe']>[0]>[0]
