import { unflatten } from 'devalue'
import type { OpenedPayload } from './seal.ts'
import { decodeText } from './text.ts'

/**
 * The value of a payload, made for one caller who may change it: nothing of it is frozen. Never throws. For payloads
 * that were authenticated: how deep they nest is not looked at.
 */
export function decodeOwn({ codec, payload, text: known }: OpenedPayload): { readonly value: unknown } | undefined {
  if (codec === 'bytes') return { value: new Uint8Array(payload) }
  const text = known ?? decodeText(payload)
  if (text === undefined) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    if (codec === 'json') return { value: parsed }
    if (typeof parsed !== 'number' && !Array.isArray(parsed)) return undefined
    return { value: unflatten(parsed) }
  } catch {
    return undefined
  }
}
