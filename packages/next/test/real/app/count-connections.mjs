/** Loaded before anything else: notes in the file of `REAL_ATTEMPTS` where this process tries to connect to. */
import { appendFileSync } from 'node:fs'
import { Socket } from 'node:net'

const { connect } = Socket.prototype

Socket.prototype.connect = function (...given) {
  const [options] = Array.isArray(given[0]) ? given[0] : given
  const { host = '', port = '', path = '' } = typeof options === 'object' && options !== null ? options : {}
  appendFileSync(process.env.REAL_ATTEMPTS, `${host}:${port}${path}\n`)
  return connect.apply(this, given)
}
