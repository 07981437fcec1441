import type { Database } from '@redstart-example/express'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { testGuessing } from '@redstart-example/express/test/guessing'
import { afterAll, beforeAll } from 'vitest'
import { createListener } from '../src/index.ts'

let database: Database

beforeAll(async () => {
  database = await filledDatabase()
})

afterAll(async () => await database.close())

testGuessing({ database: () => database, listener: createListener })
