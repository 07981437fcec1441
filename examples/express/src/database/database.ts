/** What a statement may carry as a parameter. Values never become part of the SQL text. */
export type SqlValue = string | number | boolean | null | Date | readonly number[]

/** Runs single SQL statements. */
export interface Queries {
  /**
   * The rows of one statement with `$1`, `$2`, ... as parameters.
   *
   * `Row` is what the statement selects: the caller wrote both, nothing checks it. Statements select `int4`, `text`,
   * `boolean` and `timestamptz` only, which every implementation gives as number, string, boolean and Date.
   *
   * @throws an error with the SQLSTATE as its `code` when the database refuses the statement.
   */
  query<Row extends object>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly Row[]>
}

/** A PostgreSQL that holds the restaurants. Sessions run in UTC, in the schema {@link SCHEMA}. */
export interface Database extends Queries {
  /** For people: which database this is, without credentials. */
  readonly description: string
  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. Inside, use the queries
   * that `work` is given; one on the database itself may wait for the transaction to end.
   */
  transaction<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result>
  /** Ends all connections. A server finishes the statements that it is running; PGlite is stopped at once. */
  close(): Promise<void>
}

/** Everything of the example lives in a schema of its own, so that a shared database stays as it was. */
export const SCHEMA = 'redstart_example'

/** What every new connection runs first. */
export const SESSION_SETTINGS: string = `set search_path to ${SCHEMA}; set timezone to 'UTC'`
