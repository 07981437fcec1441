import type { ChildProcess } from 'node:child_process'
import type { Database, Queries } from '@redstart-example/express'
import type { Answered, Asked } from './database-messages.ts'

/** Answers what a process asks of the database, for as long as it runs. */
export function lendDatabase(child: ChildProcess, database: Database): void {
  const open = new Map<number, OpenTransaction>()
  child.on('message', (message: Asked) => {
    if (!('id' in message)) return
    answer(message).then(
      (rows) => send({ id: message.id, rows }),
      (error: unknown) => send({ id: message.id, failed: failureOf(error) }),
    )
  })
  // Nobody will say how they end.
  child.once('exit', () => {
    for (const { end } of open.values()) void end(false)
  })

  async function answer(asked: Asked): Promise<readonly object[]> {
    if (asked.kind === 'begin') {
      open.set(asked.transaction, await begin(database))
      return []
    }
    const transaction = asked.transaction === undefined ? undefined : open.get(asked.transaction)
    if (asked.kind === 'query') return await (transaction?.queries ?? database).query(asked.sql, asked.parameters)
    open.delete(asked.transaction)
    await transaction?.end(asked.commit)
    return []
  }

  function send(answered: Answered): void {
    if (child.connected) child.send(answered)
  }
}

/** A transaction whose end is said later. */
interface OpenTransaction {
  readonly queries: Queries
  end(commit: boolean): Promise<void>
}

function begin(database: Database): Promise<OpenTransaction> {
  return new Promise((resolve, reject) => {
    const done = database.transaction(
      (queries) =>
        new Promise<void>((commit, rollBack) => {
          const end = async (commits: boolean): Promise<void> => {
            if (commits) commit()
            else rollBack(new Error('rolled back'))
            await done.catch((error: unknown) => {
              if (commits) throw error
            })
          }
          resolve({ queries, end })
        }),
    )
    done.catch(reject)
  })
}

function failureOf(error: unknown): { readonly message: string; readonly code: string | undefined } {
  const { message, code } = error instanceof Error ? (error as Error & { code?: unknown }) : { message: '', code: '' } // An error may have one.
  return { message, code: typeof code === 'string' ? code : undefined }
}
