import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isRecord } from '../../src/config/checks.ts'
import { INSTANCE_FIELDS, NAMESPACE_FIELDS } from '../../src/config/instance-fields.ts'
import { REDIS_FIELDS } from '../../src/config/redis-config.ts'
import { SESSIONS_FIELDS } from '../../src/config/session-fields.ts'
import { WARMING_FIELDS } from '../../src/config/validate.ts'
import { VARIABLES } from '../../src/config/variables.ts'
import { configFromEnv, presets, readConfig } from '../../src/index.ts'
import { linesOf } from './thrown.ts'

const PAGE = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')

/** The cells of the first table under a heading, without its head. */
function table(heading: string): readonly (readonly string[])[] {
  const [, part = ''] = PAGE.split(`\n${heading}\n`)
  const lines = /^\|.*\n\| ---.*\n((?:\|.*\n)+)/m.exec(part)?.[1]?.trimEnd().split('\n') ?? []
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** What a cell has in code marks. */
function code(cell: string | undefined): string {
  return cell?.replaceAll('`', '') ?? ''
}

describe('docs/configuration.md', () => {
  it('has exactly the variables that are read, each with its place and its values', () => {
    const rows = VARIABLES.map(({ name, to, allowed, prefixed }) => [
      `\`${prefixed === true ? 'REDSTART_' : ''}${name}\``,
      to === '' ? 'nowhere' : `\`${to}\``,
      allowed,
    ])
    expect(table('## Variables')).toEqual(rows)
  })

  it.each([
    ['### `redstart`', INSTANCE_FIELDS],
    ['### `redstart.defaults` and namespaces', NAMESPACE_FIELDS],
    ['### `redstart.sessions`', SESSIONS_FIELDS],
    ['### `redis`', REDIS_FIELDS],
  ])('has exactly the options of %s', (heading, known) => {
    expect(
      table(heading)
        .map(([name]) => code(name))
        .sort(),
    ).toEqual(Object.keys(known).sort())
  })

  it('has exactly the other options', () => {
    const names = table('### `limits` and `warming`').map(([name]) => code(name))
    expect(names).toEqual([
      'limits.<name>.limit',
      'limits.<name>.window',
      ...Object.keys(WARMING_FIELDS).map((name) => `warming.${name}`),
    ])
  })

  it.each(Object.entries(presets))('says what the preset %s says', (name, preset) => {
    const [head = ''] = /^\| \| `development`.*$/m.exec(PAGE) ?? []
    const column = head
      .split('|')
      .slice(1, -1)
      .findIndex((cell) => code(cell.trim()) === name)
    const said = table('## Presets').flatMap((cells) => {
      const value = code(cells[column])
      return value === '' ? [] : [`${code(cells[0])} = ${value}`]
    })
    expect(column).toBeGreaterThan(0)
    expect([...said].sort()).toEqual([...leavesOf(preset)].sort())
  })

  it('shows a file that is valid', () => {
    const [, file = ''] = /```json\n([^]*?)```/.exec(PAGE) ?? []
    const { namespaces = {} } = readConfig(JSON.parse(file)).redstart
    expect(Object.entries(namespaces).map(([name, { ttl }]) => `${name} ${ttl}`)).toEqual([
      'menu 1h',
      'analytics 5m',
      'inventory 10m',
      'staff 30m',
      'orders 5m',
      'promotions 10m',
      'session 30m',
    ])
  })

  it('shows the error that it says', () => {
    const [, shown = ''] = /```text\n([^]*?)\n```/.exec(PAGE) ?? []
    const env = { REDIS_PORT: '65536', CACHE_TTL: 'soon', REDSTART_REDIS_ULR: 'redis://h' }
    expect(['The configuration is not valid:', ...linesOf(() => configFromEnv(env))].join('\n')).toBe(shown)
  })
})

function leavesOf(value: object, path = ''): readonly string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const at = `${path}${name}`
    return isRecord(inner)
      ? leavesOf(inner, `${at}.`)
      : [`${at} = ${typeof inner === 'string' ? `'${inner}'` : String(inner)}`]
  })
}
