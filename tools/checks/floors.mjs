import { posix } from 'node:path'
import { relativeImports, sourceFiles } from './source-files.mjs'

const CORE = 'packages/core/src/'

/**
 * The rooms of `packages/core/src`, from the ground up: a folder, or a file of the top folder. A file imports from its
 * own room and from the floors below. `alsoFrom` lists the exceptions on the same floor.
 *
 * @type {readonly Readonly<Record<string, { readonly alsoFrom?: readonly string[] }>>[]}
 */
const FLOORS = [
  // The vocabulary: one floor, and within it the files of the top folder may use each other and telemetry uses them.
  {
    'duration.ts': { alsoFrom: ['errors.ts'] },
    'clock.ts': {},
    'promises.ts': {},
    'misspelt.ts': {},
    'members.ts': {},
    'errors.ts': { alsoFrom: ['misspelt.ts', 'promises.ts'] },
    'keys.ts': { alsoFrom: ['errors.ts', 'promises.ts'] },
    'key-shape.ts': { alsoFrom: ['errors.ts', 'keys.ts'] },
    'lifetimes.ts': { alsoFrom: ['duration.ts'] },
    'server-time.ts': {},
    'standard-schema.ts': {},
    'schema-check.ts': { alsoFrom: ['clock.ts', 'standard-schema.ts'] },
    telemetry: { alsoFrom: ['duration.ts', 'clock.ts', 'errors.ts', 'keys.ts', 'members.ts', 'promises.ts'] },
  },
  { wire: {} },
  { invalidation: {}, cache: { alsoFrom: ['invalidation'] }, session: {}, 'rate-limit': {} },
  {
    'backend.ts': {},
    memory: { alsoFrom: ['backend.ts'] },
    redis: { alsoFrom: ['backend.ts'] },
    'redis-http': { alsoFrom: ['backend.ts', 'redis'] },
  },
  { http: {}, 'byte-cache': {} },
  { 'node-http': {} },
  {
    'index.ts': { alsoFrom: ['redstart.ts', 'redstart-options.ts', 'config'] },
    'redstart.ts': { alsoFrom: ['health.ts', 'compose-sessions.ts', 'compose-limits.ts', 'redstart-options.ts'] },
    'redstart-options.ts': { alsoFrom: ['instance-members.ts'] },
    'instance-members.ts': {},
    'compose-sessions.ts': {},
    'compose-limits.ts': {},
    'health.ts': {},
    config: { alsoFrom: ['redstart-options.ts'] },
  },
]

/**
 * Finds imports in the core that go up, or sideways where that is not allowed, and files that have no floor.
 *
 * @param {string} root The repository's folder.
 * @returns {string[]} One line per problem.
 */
export function brokenFloors(root) {
  return sourceFiles(root, 'packages')
    .filter(({ path }) => path.startsWith(CORE))
    .flatMap((source) => {
      const from = roomOf(source.path)
      if (floorOf(from) === -1)
        return [`${source.path}: '${from}' has no floor yet; give it one in tools/checks/floors.mjs`]
      return relativeImports(source).flatMap(({ line, specifier }) => {
        const to = roomOf(posix.join(posix.dirname(source.path), specifier))
        return mayImport(from, to) ? [] : [`${source.path}:${line}: ${describe(from)} must not import ${describe(to)}`]
      })
    })
}

/**
 * @param {string} from
 * @param {string} to
 */
function mayImport(from, to) {
  const floor = floorOf(from)
  if (from === to || floorOf(to) === -1) return from === to
  return floorOf(to) < floor || (FLOORS[floor]?.[from]?.alsoFrom ?? []).includes(to)
}

/** @param {string} path */
function roomOf(path) {
  return path.startsWith(CORE) ? (path.slice(CORE.length).split('/')[0] ?? path) : path
}

/** @param {string} room */
function floorOf(room) {
  return FLOORS.findIndex((rooms) => Object.hasOwn(rooms, room))
}

/** @param {string} room */
function describe(room) {
  return floorOf(room) === -1 ? `'${room}'` : `'${room}' (floor ${floorOf(room) + 1})`
}
