/**
 * Sections: the form in which everything of Next.js is kept. A head in JSON, and bytes as they are.
 *
 * ```
 * magic 'RSN' + version 1 | uint32 length of the head | uint32 number of sections | uint32 length of each | head | sections
 * ```
 */
const MAGIC = Buffer.from('RSN\u0001', 'latin1')
const FIXED = 12

/** What was kept in sections. The sections are views of the bytes. */
export interface Sections {
  readonly head: unknown
  readonly sections: readonly Buffer[]
}

export function encodeSections(head: object, sections: readonly Uint8Array[]): Buffer {
  const json = Buffer.from(JSON.stringify(head), 'utf8')
  const lengths = Buffer.alloc(FIXED - 4 + 4 * sections.length)
  lengths.writeUInt32BE(json.length, 0)
  lengths.writeUInt32BE(sections.length, 4)
  for (const [index, section] of sections.entries()) lengths.writeUInt32BE(section.length, 8 + 4 * index)
  return Buffer.concat([MAGIC, lengths, json, ...sections])
}

/** Undefined for bytes that are not whole, or of another version. */
export function decodeSections(bytes: Uint8Array): Sections | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < FIXED || !buffer.subarray(0, 4).equals(MAGIC)) return undefined
  const count = buffer.readUInt32BE(8)
  let at = FIXED + 4 * count
  if (at > buffer.length) return undefined
  const cut = (length: number): Buffer => buffer.subarray(at, (at += length))
  const json = cut(buffer.readUInt32BE(4))
  const sections = Array.from({ length: count }, (_, index) => cut(buffer.readUInt32BE(FIXED + 4 * index)))
  if (at !== buffer.length) return undefined
  try {
    const head: unknown = JSON.parse(json.toString('utf8'))
    return { head, sections }
  } catch {
    return undefined
  }
}

/** Numbers in JSON, of which it knows only the finite ones. */
export function numberToJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

/** Undefined for what is no number. */
export function numberFromJson(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return value === 'Infinity' || value === '-Infinity' || value === 'NaN' ? Number(value) : undefined
}

/** True for what JSON has as an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
