import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type RedisServer, startRedis, startRedisCluster } from '@redstart/testing'
import { openBrowser } from './browser.ts'
import type { Combination } from './combinations.ts'
import { type Database, startDatabase } from './database.ts'
import { completeStandalone, type Instance, startExpress, startInstance } from './instance.ts'
import type { Build, Env, Project } from './project.ts'
import type { Stage } from './stage.ts'

/** An app that was built, with everything that it needs, as it would run. */
export interface Production {
  readonly stage: Stage
  /** What all processes wrote, those as well that steps started. */
  said(): string
  end(): Promise<void>
}

/** A busy machine must not be taken for a Redis that does not answer. */
const PATIENT = '5s'
const KEYS = Buffer.alloc(32, 7).toString('base64')

/** Ends what was begun, the last first. */
type Endings = (() => Promise<unknown>)[]

/** Builds what was not built, and starts everything. */
export async function raise(project: Project, combination: Combination): Promise<Production> {
  const endings: Endings = []
  const end = async (): Promise<void> => {
    for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) await ending()
  }
  try {
    return { ...(await begin(project, combination, endings)), end }
  } catch (error) {
    await end()
    throw error
  }
}

async function begin(project: Project, combination: Combination, endings: Endings): Promise<Omit<Production, 'end'>> {
  const { build, beside, client, consistency } = combination
  const database = begun(endings, await startDatabase())
  const browser = await openBrowser()
  endings.push(() => browser.close())
  const theirs: Build = { ...build, id: `${build.id}-other` }
  for (const each of beside ? [build, theirs] : [build]) await buildWithoutRedis(project, each, database)
  if (build.standalone === true) completeStandalone(project, build)

  const redis = await startBackend(combination, endings)
  const env = (url: string, deadline = PATIENT): Env => ({
    ...{ E2E_DATABASE: database.url, E2E_REDIS: url, E2E_CONSISTENCY: consistency, E2E_DEADLINE: deadline },
    ...{ REDSTART_KEYS: KEYS },
    ...(client !== undefined && { E2E_CLIENT: client }),
  })
  const running: Instance[] = []
  const start: Stage['start'] = async (which, name, { redisUrl = redis.url, deadline, skew } = {}) => {
    const instance = await startInstance(project, which, {
      name,
      env: env(redisUrl, deadline),
      ...(skew !== undefined && { skew }),
    })
    running.push(begun(endings, instance))
    return instance
  }
  const [a, b] = [await start(build, 'A'), await start(build, 'B')]
  const other = beside ? await start(theirs, 'C') : undefined
  const express = beside ? begun(endings, await startExpress(project, env(redis.url))) : undefined
  const strict = consistency === 'strict'
  const stage = { project, build, a, b, other, express, browser, database, redis, strict, start }
  return { stage, said: () => running.map((instance) => instance.said()).join('') }
}

function begun<T extends { stop(): Promise<unknown> }>(endings: Endings, what: T): T {
  endings.push(() => what.stop())
  return what
}

async function startBackend({ cluster }: Combination, endings: Endings): Promise<Stage['redis']> {
  if (!cluster) {
    const server = await startRedis()
    const redis = { url: server.url, server }
    endings.push(() => redis.server.stop())
    return redis
  }
  const { nodes } = begun(endings, await startRedisCluster())
  const [server] = nodes
  if (server === undefined) throw new Error('a cluster has nodes')
  const addresses = nodes.map(({ host, port }: RedisServer) => `${host}:${port}`)
  return { url: `redis+cluster://${addresses.join(',')}`, server }
}

/** Nobody answers where Redis should be, and nobody asks. */
async function buildWithoutRedis(project: Project, build: Build, database: Database): Promise<void> {
  if (existsSync(join(project.folder, `.next-${build.id}`, 'BUILD_ID'))) return
  let connections = 0
  const nobody = createServer(() => (connections += 1))
  nobody.listen(0, '127.0.0.1')
  await once(nobody, 'listening')
  const address = nobody.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const where = {
    REDSTART_KEYS: KEYS,
    E2E_DATABASE: database.url,
    E2E_REDIS: `redis://127.0.0.1:${port}`,
    E2E_INSTANCE: 'build',
  }
  await project.build(build, where)
  nobody.close()
  if (connections > 0) throw new Error(`the build of ${build.id} connected to Redis ${connections} times`)
}
