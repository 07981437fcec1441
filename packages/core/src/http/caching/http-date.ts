/**
 * Reads an HTTP-date: the three formats of RFC 9110 5.6.7 and nothing else, in any case as RFC 9111 4.2 asks of caches, and
 * in no other zone than GMT. The name of the weekday has to be one, and is not compared with the day.
 *
 * @param now for the century of a year of two digits: none is more than 50 years ahead of it. Without it, 70 to 99 are of
 * the last century.
 * @returns milliseconds since 1970; undefined for anything else.
 */
export function parseHttpDate(text: string, now?: number): number | undefined {
  if (text.length > LONGEST) return undefined
  const fixdate = IMF_FIXDATE.exec(text)
  if (fixdate !== null) return instantOf(fixdate, Number(fixdate[3]))
  const asctime = ASCTIME.exec(text)
  if (asctime !== null) {
    const [, month, day, hour, minute, second, year] = asctime
    return instantOf([undefined, day, month, undefined, hour, minute, second], Number(year))
  }
  const rfc850 = RFC_850.exec(text)
  return rfc850 === null ? undefined : ofTwoDigits(rfc850, now)
}

/**
 * Writes an instant as the IMF-fixdate of RFC 9110 5.6.7, whole seconds rounded down.
 *
 * @param ms milliseconds since 1970; what lies outside of the years 0 to 9999 becomes the first or the last second of them,
 * and what is not a number 1970.
 */
export function formatHttpDate(ms: number): string {
  const instant = Number.isNaN(ms) ? 0 : Math.min(LAST, Math.max(FIRST, Math.floor(ms / 1000) * 1000))
  // Most are asked for within the same second.
  if (instant !== written.instant) written = { instant, text: new Date(instant).toUTCString() }
  return written.text
}

let written = { instant: 0, text: new Date(0).toUTCString() }

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAY = '(?:mon|tue|wed|thu|fri|sat|sun)'
const LONG_DAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day'
const MONTH = `(${MONTHS.join('|')})`
const TIME = '(\\d\\d):(\\d\\d):(\\d\\d)'
const IMF_FIXDATE = new RegExp(`^${DAY}, (\\d\\d) ${MONTH} (\\d{4}) ${TIME} gmt$`, 'i')
const RFC_850 = new RegExp(`^${LONG_DAY}, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} gmt$`, 'i')
const ASCTIME = new RegExp(`^${DAY} ${MONTH} ((?:\\d| )\\d) ${TIME} (\\d{4})$`, 'i')
/** `Wednesday, 01-Jan-70 00:00:00 GMT` has fewer. */
const LONGEST = 40
/** 1 January of the year 0, and the last second of 9999. */
const FIRST = -62_167_219_200_000
const LAST = 253_402_300_799_000

/** Day, month, (year,) hour, minute and second are found at 1, 2, 4, 5 and 6. */
type Parts = ArrayLike<string | undefined>

function instantOf(parts: Parts, year: number): number | undefined {
  const month = MONTHS.indexOf((parts[2] ?? '').toLowerCase())
  const [day, hour, minute, second] = [Number(parts[1]), Number(parts[4]), Number(parts[5]), Number(parts[6])]
  // 60 is a leap second.
  if (hour > 23 || minute > 59 || second > 60 || day === 0) return undefined
  // Date.UTC takes the years 0 to 99 for those of the last century.
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  if (date.getUTCMonth() !== month) return undefined
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000
}

/** RFC 9110 5.6.7: what seems to be more than 50 years ahead is of the past. */
function ofTwoDigits(parts: Parts, now: number | undefined): number | undefined {
  const year = Number(parts[3])
  if (now === undefined) return instantOf(parts, year < 70 ? 2000 + year : 1900 + year)
  const latest = new Date(now).getUTCFullYear() + 50
  const before = latest - ((latest - year) % 100)
  const instant = instantOf(parts, before)
  const limit = new Date(now)
  limit.setUTCFullYear(latest)
  return instant !== undefined && instant > limit.getTime() ? instantOf(parts, before - 100) : instant
}
