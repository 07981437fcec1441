/** Reads the text of a variable; undefined for text that is none of this form. What may be beyond that is checked later. */
export type Form = (text: string) => unknown

const MEGABYTE = 1024 * 1024

/** How variables are written. */
export const FORMS: Readonly<
  Record<
    | 'text'
    | 'secret'
    | 'prefix'
    | 'whole'
    | 'upTo64'
    | 'flag'
    | 'compression'
    | 'serializer'
    | 'megabytes'
    | 'list'
    | 'milliseconds'
    | 'seconds'
    | 'minutes'
    | 'unusedMinutes',
    Form
  >
> = {
  text: (text) => text.trim(),
  /** Its blanks may be part of it. */
  secret: (text) => text,
  /** Many write the colon that stands after it in keys. */
  prefix: (text) => text.trim().replace(/:$/, ''),
  whole,
  upTo64(text) {
    const most = whole(text)
    return most && Math.min(most, 64)
  },
  flag,
  compression(text) {
    const wanted = flag(text)
    return wanted === true ? {} : wanted
  },
  serializer: (text) => (/^(?:json|msgpack)$/i.test(text.trim()) ? text.trim().toLowerCase() : undefined),
  megabytes: (text) => (/^\d{1,9}(\.\d{1,6})?$/.test(text.trim()) ? Math.round(Number(text) * MEGABYTE) : undefined),
  list: (text) => text.split(',').map((part) => part.trim()),
  milliseconds: (text) => duration(text, 'ms'),
  seconds: (text) => duration(text, 's'),
  minutes: (text) => duration(text, 'm'),
  /** Goes nowhere, so that nobody else looks at it. */
  unusedMinutes: (text) =>
    /^(?=.*[1-9])\d+(?:\.\d+)?(?:ms|s|m|h|d)?$/.test(text.trim()) ? duration(text, 'm') : undefined,
}

function whole(text: string): number | undefined {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined
}

function flag(text: string): boolean | undefined {
  const word = text.trim().toLowerCase()
  if (['true', 'yes', 'on', '1'].includes(word)) return true
  return ['false', 'no', 'off', '0'].includes(word) ? false : undefined
}

function duration(text: string, unit: 'ms' | 's' | 'm'): string {
  const amount = text.trim()
  return /^\d+(\.\d+)?$/.test(amount) ? `${amount}${unit}` : amount
}
