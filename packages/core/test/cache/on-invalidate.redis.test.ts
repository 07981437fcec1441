import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createRedstart, type InvalidationNotice, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { Server, until } from '../redis/server.ts'

let server: Server
beforeAll(async () => {
  server = await Server.start()
})
afterAll(async () => await server.stop())

const opened: Redstart[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
})

function open(): Redstart {
  const redstart = createRedstart({ app: 'shop', backend: redis(server.url), maxStaleness: '400ms', deadline: '5s' })
  opened.push(redstart)
  return redstart
}

/** An instance that does nothing but listen, and what it is told. */
async function listener(): Promise<InvalidationNotice[]> {
  const here = open()
  const heard: InvalidationNotice[] = []
  here.onInvalidate((notice) => void heard.push(notice))
  await until(async () => (await here.health()).coherenceLag !== undefined)
  return heard
}

it('an instance that reads nothing hears what others invalidate, each once', async () => {
  const heard = await listener()
  const other = open()
  for (let n = 0; n < 50; n += 1) await other.invalidate({ tags: [`t${n}`] })
  await until(() => heard.length >= 50)
  expect(heard.map((notice) => notice.type === 'invalidated' && [notice.tags, notice.remote])).toEqual(
    Array.from({ length: 50 }, (_, n) => [[`t${n}`], true]),
  )
})

it('an instance hears its own invalidations once, whoever else makes some at the same time', async () => {
  const [one, two] = [open(), open()]
  const heard: string[] = []
  one.onInvalidate((notice) => void (notice.type === 'invalidated' && heard.push(...notice.tags)))
  await Promise.all([one.health(), two.health(), one.cache.get('n:1'), two.cache.get('n:1')])
  await Promise.all(Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? one : two).invalidate({ tags: [`t${n}`] })))
  await until(() => heard.length >= 200)
  expect(heard.sort()).toEqual(Array.from({ length: 200 }, (_, n) => `t${n}`).sort())
})

it('what is invalidated while the connection is away is told as missed', async () => {
  const heard = await listener()
  await server.control.call('CLIENT', 'KILL', 'SKIPME', 'yes')
  await open().invalidate({ tags: ['t'] })
  await until(() => heard.length > 0)
  // It may have connected again in time.
  expect(heard[0]).toMatchObject(heard[0]?.type === 'missed' ? {} : { tags: ['t'] })
})

it('everything that another Redis may have forgotten is told as missed', async () => {
  const heard = await listener()
  await server.gone()
  await server.run()
  await until(() => heard.some(({ type }) => type === 'missed'))
})
