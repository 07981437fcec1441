/**
 * A path of this site to go back to, from what a client sent, as behind a log-in: `redirect(returnPath(form.get('returnTo')))`.
 * An address of another site, in whichever of the ways that browsers read as one, is refused, and so is what is no path.
 * What no header can carry is percent-encoded, as in a URL.
 *
 * @param given what the client sent: nothing of it is trusted.
 * @param otherwise where to go instead.
 */
export function returnPath(given: unknown, otherwise: string = '/'): string {
  if (!isOwnPath(given)) return otherwise
  // Half a character, which nothing can encode, is what a URL makes of it.
  const whole = given.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  const sendable = whole.replaceAll(/[^!-~]+/g, (part) => encodeURI(part))
  return sendable.length > LONGEST ? otherwise : sendable
}

/** Whether it leads nowhere but to this site. Browsers leave out tabs and newlines, and read `\` as `/`. */
export function isOwnPath(given: unknown): given is string {
  if (typeof given !== 'string' || given.length > LONGEST || !/^\/(?![/\\])[!-~\u00a0-\uffff]*$/.test(given))
    return false
  if (given.includes('\\') || !URL.canParse(given, HERE)) return false
  const { origin, pathname } = new URL(given, HERE)
  // What `.` and `..` leave may begin with two slashes.
  return origin === HERE && !pathname.startsWith('//')
}

const HERE = 'http://redstart.invalid'
const LONGEST = 2048
