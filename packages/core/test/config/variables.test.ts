import { describe, expect, it } from 'vitest'
import { VARIABLES } from '../../src/config/variables.ts'
import { configFromEnv, createRedstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { INVENTORY } from './inventory.ts'
import { linesOf } from './thrown.ts'

const NOTHING = { redstart: {}, limits: {}, warming: {} }
const ANYTHING_GOES = ['REDIS_USERNAME', 'REDIS_PASSWORD']

describe.each(INVENTORY)('$name', ({ name, good, gives, prefixed }) => {
  const written = prefixed === true ? `REDSTART_${name}` : name

  it('lands at its place, which the instance and redis() take', async () => {
    const config = configFromEnv({ [written]: good })
    expect(config).toEqual({ ...NOTHING, ...gives })
    redis(config.redis)
    await createRedstart(config.redstart).close()
  })

  it('may have the prefix', () => {
    expect(configFromEnv({ [`REDSTART_${name}`]: good })).toEqual({ ...NOTHING, ...gives })
    expect(configFromEnv({ [`SHOP_${name}`]: good }, { prefix: 'SHOP_' })).toEqual({ ...NOTHING, ...gives })
  })

  it('is not set when it is empty', () => {
    expect(configFromEnv({ [written]: '' })).toEqual(NOTHING)
    expect(configFromEnv({ [written]: ' ' })).toEqual(NOTHING)
  })
})

describe('a wrong value is told in one line', () => {
  it.each(INVENTORY.filter(({ bad }) => bad !== ''))('$name', ({ name, bad, line }) => {
    expect(linesOf(() => configFromEnv({ [`REDSTART_${name}`]: bad }))).toEqual([`REDSTART_${name} ${line}`])
  })
})

describe('without the prefix', () => {
  it.each(INVENTORY.filter(({ prefixed, bad }) => prefixed !== true && bad !== ''))(
    '$name is read',
    ({ name, bad, line }) => {
      expect(linesOf(() => configFromEnv({ [name]: bad }))).toEqual([`${name} ${line}`])
    },
  )

  it.each(INVENTORY.filter(({ prefixed }) => prefixed))('$name is not read', ({ name, bad }) => {
    expect(configFromEnv({ [name]: bad })).toEqual(NOTHING)
  })
})

describe('the list of variables', () => {
  it('is the inventory', () => {
    expect(INVENTORY.map(({ name, prefixed = false }) => ({ name, prefixed }))).toEqual(
      VARIABLES.map(({ name, prefixed = false }) => ({ name, prefixed })),
    )
    expect(INVENTORY.filter(({ bad }) => bad === '').map(({ name }) => name)).toEqual(ANYTHING_GOES)
  })

  it('is told line by line when all of it is wrong', () => {
    // Those that others of the same place go before are not looked at.
    const shadowed = ['REDIS_MAX_CONNECTIONS', 'APP', 'CACHE_TTL', 'KEYS']
    const rows = INVENTORY.filter(({ name, bad }) => bad !== '' && !shadowed.includes(name))
    const env = Object.fromEntries(rows.map(({ name, bad }) => [`REDSTART_${name}`, bad]))
    const lines = linesOf(() => configFromEnv(env))
    expect([...lines].sort()).toEqual(rows.map(({ name, line }) => `REDSTART_${name} ${line}`).sort())
  })
})
