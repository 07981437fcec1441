import { randomUUID } from 'node:crypto'
import type { RedisTarget } from './redis-target.ts'
import { type ServerTls, tlsArguments, tlsOfClient } from './tls/server-tls.ts'

const HOST = '127.0.0.1'
/** Who `command` is where the users are given. */
const CONTROL = 'redstart-testing'

/** Settings of a server for tests. */
export interface StartRedisOptions {
  /** Arguments for the server program, after ours: `['--maxmemory', '10mb']`. */
  readonly args?: readonly string[]
  /**
   * The port on 127.0.0.1.
   * @default a free one
   */
  readonly port?: number
  /** Sets `requirepass`. It is part of `url` then, and `command` signs in with it. */
  readonly password?: string
  /** Lines of a configuration file, read before the arguments. The server may write to the file. */
  readonly config?: readonly string[]
  /**
   * Users of the server, as its configuration has them: `'user app on >secret ~app:* &app:* +@read'`. `command` then
   * signs in as another one, `redstart-testing`, which may do everything: `user default off` is possible.
   */
  readonly users?: readonly string[]
  /**
   * Makes the server speak TLS, and nothing else: what `tlsMaterial()` returns, with another `server` where it is to
   * show another certificate, and with `clientCertificates: 'required'` where it is to ask for one. `url` is `rediss:`
   * then; `command` checks no certificate.
   */
  readonly tls?: ServerTls
}

/** What the options come to. */
export interface ServerSettings {
  readonly config: readonly string[]
  readonly args: (port: number) => readonly string[]
  /** How `command` reaches the server. */
  readonly target: (port: number) => RedisTarget
  /** For clients. */
  readonly url: (port: number) => string
}

/** Works the options out; nothing is done yet. */
export function serverSettings(options: StartRedisOptions): ServerSettings {
  const { args = [], password, config = [], users, tls } = options
  const control = users === undefined ? undefined : { username: CONTROL, password: randomUUID() }
  const signIn = control ?? (password === undefined ? {} : { password })
  return {
    config: [
      ...config,
      ...(users ?? []),
      ...(control ? [`user ${control.username} on >${control.password} ~* &* +@all`] : []),
    ],
    args: (port) => [
      ...(password === undefined ? [] : ['--requirepass', password]),
      ...(tls ? tlsArguments(tls, port) : []),
      ...args,
    ],
    target: (port) => ({ host: HOST, port, ...signIn, ...(tls && { tls: tlsOfClient(tls) }) }),
    url: (port) =>
      `${tls ? 'rediss' : 'redis'}://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}${HOST}:${port}`,
  }
}
