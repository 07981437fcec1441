/**
 * What a server must be, at least, by the name it gives itself.
 *
 * @type {Readonly<Record<string, readonly [major: number, minor: number]>>}
 */
const LOWEST = { Redis: [7, 0], Valkey: [7, 2] }

/**
 * Reads the answer of `redis-server --version`, such as `Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0`.
 *
 * @param {string} answer
 * @returns {{ kind: string, version: string, enough: boolean } | undefined} `undefined` if it is not such an answer.
 */
export function readRedisVersion(answer) {
  const [, kind, version, major, minor] = /^(Redis|Valkey) server v=((\d+)\.(\d+)[\w.-]*)/m.exec(answer) ?? []
  const lowest = kind === undefined ? undefined : LOWEST[kind]
  if (kind === undefined || version === undefined || lowest === undefined) return undefined
  const enough = Number(major) > lowest[0] || (Number(major) === lowest[0] && Number(minor) >= lowest[1])
  return { kind, version, enough }
}
