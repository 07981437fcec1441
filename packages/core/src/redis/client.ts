import type { Buffer } from 'node:buffer'

/** What a command is given: text, a whole number, or bytes. */
export type Value = string | number | Buffer

/** What a command, or a script behind its keys, is given. */
export type Values = readonly Value[]

/** A script and the name under which Redis keeps it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

/**
 * What stores say to a server, whatever is between: a client of ioredis, or one that speaks HTTP. What the server answers
 * with an error rejects with an `Error` named `ReplyError`, whose message is that of the server.
 */
export interface Client {
  /** Sends one command; strings of the reply are text. */
  call(command: string, args: Values): Promise<unknown>
  /** The same; strings of the reply are bytes. */
  callBuffer(command: string, args: Values): Promise<unknown>
  /** Begins several commands that go together. */
  pipeline(): Batch
  /** The script in the form that this client can give arguments to; left out where that is its own. */
  formOf?(script: Script): Script
}

/** Several commands in one write, which others may come between. */
export interface Batch {
  call(command: string, args: Values): unknown
  callBuffer(command: string, args: Values): unknown
  exec(): Promise<readonly Reply[] | null>
}

/** What came of one of several commands. */
export type Reply = readonly [error: Error | null, result: unknown]
