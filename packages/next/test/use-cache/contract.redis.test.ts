import { redis } from '@redstart/core/redis'
import { startRedis } from '@redstart/testing'
import { madeHandlers } from '../made-handlers.ts'
import { describeContract } from './contract.ts'

describeContract('over Redis', async () => {
  const server = await startRedis()
  const made = madeHandlers({ backend: redis(server.url), deadline: '20s' })
  return {
    handler: made.handlers,
    end: async () => {
      await made[Symbol.asyncDispose]()
      await server.stop()
    },
  }
})

describeContract('over Redis, asked at each read', async () => {
  const server = await startRedis()
  const made = madeHandlers({ backend: redis(server.url), consistency: 'strict', deadline: '20s' })
  return {
    handler: made.handlers,
    end: async () => {
      await made[Symbol.asyncDispose]()
      await server.stop()
    },
  }
})
