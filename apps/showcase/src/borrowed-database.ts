import type { Database, Queries, SqlValue } from '@redstart-example/express'
import type { Answered, Asked } from './database-messages.ts'

/** The database of the parent process, asked over the channel between the two. */
export function borrowDatabase(description: string): Database {
  const waiting = new Map<number, Waiting>()
  let [lastId, lastTransaction] = [0, 0]
  process.on('message', (message: Answered) => {
    if (!('id' in message)) return
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if ('rows' in message) asked?.resolve(message.rows)
    else asked?.reject(Object.assign(new Error(message.failed.message), { code: message.failed.code }))
  })

  function ask(asked: Omitted<Asked>): Promise<readonly object[]> {
    lastId += 1
    const id = lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      process.send?.({ ...asked, id })
    })
  }

  function queriesIn(transaction: number | undefined): Queries {
    return {
      async query<Row extends object>(sql: string, parameters: readonly SqlValue[] = []) {
        // What the statement selects, as the interface says.
        return (await ask({ kind: 'query', transaction, sql, parameters })) as readonly Row[]
      },
    }
  }

  return {
    description,
    ...queriesIn(undefined),
    async transaction(work) {
      lastTransaction += 1
      const transaction = lastTransaction
      await ask({ kind: 'begin', transaction })
      let commit = false
      try {
        const result = await work(queriesIn(transaction))
        commit = true
        return result
      } finally {
        await ask({ kind: 'end', transaction, commit })
      }
    },
    close: async () => undefined,
  }
}

interface Waiting {
  resolve(rows: readonly object[]): void
  reject(error: Error): void
}

type Omitted<Message> = Message extends { readonly id: number } ? Omit<Message, 'id'> : never
