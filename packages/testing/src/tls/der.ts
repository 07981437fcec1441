/** The parts of DER (ITU-T X.690) that a certificate is made of: each function returns one whole element. */

/** An element of any kind: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body)]), body])
}

/** A SEQUENCE. */
export function sequence(...elements: readonly Uint8Array[]): Buffer {
  return element(0x30, ...elements)
}

/** A SET of one element, for which no order has to be found. */
export function setOf(only: Uint8Array): Buffer {
  return element(0x31, only)
}

/** An INTEGER of these bytes, which are taken as a positive number. */
export function integer(bytes: Uint8Array): Buffer {
  return element(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes)
}

/** The BOOLEAN true: false is never written where it is the default. */
export function yes(): Buffer {
  return element(0x01, Buffer.from([0xff]))
}

/** A BIT STRING; the last `unused` bits of it do not count. */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), bytes)
}

/** An OCTET STRING. */
export function octetString(bytes: Uint8Array): Buffer {
  return element(0x04, bytes)
}

/** A UTF8String. */
export function utf8(text: string): Buffer {
  return element(0x0c, Buffer.from(text))
}

/** An OBJECT IDENTIFIER, such as `'2.5.4.3'`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** A UTCTime of `YYYY-MM-DDThh:mm:ssZ`. It has two digits for the year, which mean 1950 to 2049. */
export function utcTime(at: string): Buffer {
  return element(0x17, Buffer.from(at.replace(/^\d\d|[-:T]/g, '')))
}

function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

function base128(number: number): number[] {
  const digits = [number & 0x7f]
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}
