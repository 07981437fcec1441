/** One command as MONITOR tells it. */
export interface MonitorLine {
  /** `127.0.0.1:1234`, `lua` for a command that a script called, `unix:/path`. */
  readonly source: string
  /** Name and arguments. */
  readonly command: string[]
}

const LINE = /^\d+\.\d+ \[\d+ ([^\]]*\]?:?\d*|[^\]]*)\] (.*)$/s
const ARGUMENT = /"((?:[^"\\]|\\.)*)"/gs
const ESCAPE = /\\(x[0-9a-f]{2}|.)/gis
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' }

/** Reads `1339518083.107412 [0 127.0.0.1:60866] "get" "key"`; undefined for anything else. */
export function parseMonitorLine(line: string): MonitorLine | undefined {
  const match = LINE.exec(line)
  if (match === null) return undefined
  const [, source = '', args = ''] = match
  return { source, command: Array.from(args.matchAll(ARGUMENT), ([, quoted = '']) => unescape(quoted)) }
}

/** Redis escapes each byte that is no printable ASCII; together they are UTF-8. */
function unescape(quoted: string): string {
  const bytes = quoted.replace(ESCAPE, (_, escape: string) =>
    escape.length > 1 ? String.fromCharCode(Number.parseInt(escape.slice(1), 16)) : (LETTERS[escape] ?? escape),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
