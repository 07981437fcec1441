import { RedstartError } from '../../errors.ts'

/**
 * A token as a header takes it. One that no header takes would come back in the message of whoever sends it.
 *
 * @throws RedstartError `INVALID_ARGUMENT`, without the token.
 */
export function checkToken(what: string, token: unknown): string {
  if (typeof token === 'string' && /^[!-~]+$/.test(token)) return token
  const kind = token === undefined || token === '' ? 'missing' : 'not a text of visible ASCII characters'
  throw new RedstartError('INVALID_ARGUMENT', `${what} is ${kind}`)
}

/** An identifier of a provider, which goes into a path. */
export function checkId(what: string, id: unknown): string {
  if (typeof id === 'string' && /^[\w-]{1,128}$/.test(id)) return id
  throw new RedstartError('INVALID_ARGUMENT', `${what} is no id: letters, digits, - and _ are expected`)
}

/**
 * Where a provider listens, without a slash at its end.
 *
 * @throws RedstartError `INVALID_ARGUMENT`, without the URL: it may have a password.
 */
export function checkEndpoint(what: string, url: unknown): string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  const isPlain = parsed !== undefined && parsed.username === '' && parsed.password === '' && parsed.search === ''
  if (isPlain && /^https?:$/.test(parsed.protocol) && parsed.hash === '') return parsed.href.replace(/\/+$/, '')
  throw new RedstartError(
    'INVALID_ARGUMENT',
    `${what} is not the http: or https: URL of a server, without user, password, query or fragment`,
  )
}
