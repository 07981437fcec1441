import type { SqlValue } from '@redstart-example/express'

/** What a process asks of the database of its parent. */
export type Asked =
  | ({ readonly kind: 'query'; readonly id: number; readonly transaction: number | undefined } & Statement)
  | { readonly kind: 'begin'; readonly id: number; readonly transaction: number }
  | { readonly kind: 'end'; readonly id: number; readonly transaction: number; readonly commit: boolean }

export interface Statement {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

/** What it is answered. */
export type Answered =
  | { readonly id: number; readonly rows: readonly object[] }
  | { readonly id: number; readonly failed: { readonly message: string; readonly code: string | undefined } }

/** What parent and process say to each other besides. */
/** What it tells of itself. */
export interface Told {
  readonly kind: 'listening'
  readonly port: number
}
