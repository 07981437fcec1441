/** Fields that are ours and no data: they begin with a colon. */
export function isHidden(field: string): boolean {
  return field.startsWith(':')
}

/** Messages for the next request. */
export const FLASH = ':flash'
