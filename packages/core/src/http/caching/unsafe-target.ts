/** Why a target is not looked up and nothing stored for it: others on the way may take it for another one. */
export type UnsafeTarget = 'malformed' | 'encoded-delimiter' | 'too-long'

/**
 * What about a target makes caches, proxies and frameworks disagree on what it names, so that an answer for one client could
 * be stored as everybody's: escapes that are none, characters no target has, parameters of a path, and escapes that another
 * decoder ends or shortens the path at. In the query, which the key has whole, only what no URL may have counts.
 */
export function whyUncacheable(target: string): UnsafeTarget | undefined {
  if (target.length > LONGEST) return 'too-long'
  const start = target.indexOf('?')
  const path = start === -1 ? target : target.slice(0, start)
  // In the absolute form it names a host of its own, beside the header that the key is made of.
  if (path.charCodeAt(0) !== SLASH || MALFORMED.test(target)) return 'malformed'
  if (DELIMITER.test(path) || DOT_SEGMENT.test(path)) return 'encoded-delimiter'
  return path.includes('%') && !isUtf8(path) ? 'malformed' : undefined
}

/**
 * Whether an answer is not what its path looks like: `/account/photo.css` that is the page of an account. What stands in
 * front of us may store it by the look of it, and whoever sent somebody there finds it. False where the route itself says
 * that extension, since then it is meant.
 *
 * @param path without the query, as the client sent it.
 * @param routePattern of the route that matched: `/account/*`; undefined where nobody knows.
 */
export function deceives(path: string, routePattern: string | undefined, contentType: string | undefined): boolean {
  const extension = EXTENSION.exec(path)?.[1]?.toLowerCase()
  if (extension === undefined || routePattern?.toLowerCase().endsWith(`.${extension}`)) return false
  const own = OWN_DOCUMENTS.get(extension)
  if (own === undefined && !NO_DOCUMENTS.has(extension)) return false
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  // Without a type, browsers guess, and they guess HTML.
  return type === '' || (DOCUMENT.test(type) && own?.test(type) !== true)
}

/** Longer than what most servers and proxies take. */
const LONGEST = 8192
const SLASH = 0x2f

/** Escapes that are none, white space, control characters, a fragment, a backslash. */
// oxlint-disable-next-line no-control-regex -- these are what it looks for
const MALFORMED = /%(?![0-9A-Fa-f]{2})|[\u0000-\u0020\u007f#\\]/

/** `;` raw or not; escaped control characters, `#`, `?` and `\`; and the same once more escaped. */
const DELIMITER = /;|%(?:25)*(?:3[bf]|23|5c|[01][0-9a-f]|7f)|%(?:25)+2[ef]/i

/** `.` and `..` between slashes, escaped in any way. */
const DOT_SEGMENT = /(?:\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)/i

/** Bytes that are not UTF-8 are where lenient decoders find slashes and dots. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

const EXTENSION = /(?:\.|%2e)([0-9a-z]{1,12})(?:\/|%2f)*$/i

/** What says something, to people or to programs. */
const DOCUMENT = /^(?:text\/(?:html|plain|xml|json)|application\/(?:xhtml\+xml|xml|json|.*\+(?:json|xml)))$/

/** Extensions that look static, and are of no document. */
const NO_DOCUMENTS: ReadonlySet<string> = new Set(
  `css js mjs cjs png jpg jpeg jpe jfif gif ico cur bmp webp avif heic heif jxl apng tif tiff eps ps psd
   woff woff2 ttf otf eot mp3 m4a aac ogg oga opus wav flac mid midi mp4 m4v webm ogv mov avi mkv mpg mpeg wmv swf flv
   zip gz tgz bz2 xz zst br 7z rar tar iso dmg exe msi apk ipa deb rpm bin pkg wasm jar class ejs
   pdf doc docx xls xlsx ppt pptx odt ods odp rtf pls`.split(/\s+/),
)

const XML = /^(?:text|application)\/(?:xml|(?!xhtml).*\+xml)$/
const TEXT = /^text\/plain$/

/** Extensions that look static, and what documents they are of. */
const OWN_DOCUMENTS: ReadonlyMap<string, RegExp> = new Map([
  ['xml', XML],
  ['rss', XML],
  ['atom', XML],
  ['svg', /^image\/svg\+xml$/],
  ['svgz', /^image\/svg\+xml$/],
  ['txt', TEXT],
  ['csv', TEXT],
  ['tsv', TEXT],
  ['md', TEXT],
  ['vtt', TEXT],
  ['map', /^(?:application\/json|text\/plain)$/],
  ['webmanifest', /^application\/(?:manifest\+)?json$/],
])
