import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import type { Row } from '../benchmark.ts'
import { compare, type Pace } from '../rounds.ts'

const DATA = { user: { id: 7, name: 'Ada', roles: ['guest', 'staff'] }, cart: [1, 2, 3].map((dish) => ({ dish })) }

/** What it takes to load one session, one after the other, without any HTTP around it. */
export async function loads(url: string, pace: Pace): Promise<Row> {
  const redstart = createRedstart({ backend: redis(url), app: 'loads', keys: 'k'.repeat(32) })
  const client = createClient({ url })
  await client.connect()
  try {
    const { cookie } = await redstart.sessions.create({ userId: 7, data: DATA })
    const store = new RedisStore({ client, prefix: 'loads-too:' })
    await store.set('one', { cookie: { originalMaxAge: null }, ...DATA })
    const results = await compare(
      [
        { name: 'Redstart', run: (times) => again(times, () => redstart.sessions.get(cookie.value)) },
        { name: 'connect-redis', run: (times) => again(times, async () => store.get('one')) },
      ],
      { ...pace, warmUp: Math.min(pace.warmUp ?? 1000, 1000) },
    )
    return { name: 'load of one session, one after the other', results }
  } finally {
    await redstart.close()
    client.destroy()
  }
}

async function again(times: number, load: () => Promise<unknown>): Promise<void> {
  for (let left = times; left > 0; left--)
    if (!(await load())) throw new Error('the session that was stored is not there')
}
