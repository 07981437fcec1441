import { invalidArgument } from '../errors.ts'

/** Fields that are ours and no data: they begin with a colon. */
export function isHidden(field: string): boolean {
  return field.startsWith(':')
}

/** Messages for the next request. */
export const FLASH = ':flash'

/** Whether a field of data may have this name. */
export function isFieldName(field: string): boolean {
  return FIELD_NAME.test(field)
}

/** @throws RedstartError `INVALID_ARGUMENT` for a name that no field of data may have. */
export function checkFieldName(field: string): void {
  if (isFieldName(field)) return
  throw invalidArgument('the name of a session field', field, '1 to 64 of A-Z a-z 0-9 _ . : -, the first one no colon')
}

const FIELD_NAME = /^[\w.-][\w.:-]{0,63}$/
