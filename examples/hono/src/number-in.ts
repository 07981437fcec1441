/** A whole number from 1 on; 0 for anything else. */
export function numberIn(text: unknown, most: number): number {
  const number = typeof text === 'string' && /^\d{1,7}$/.test(text) ? Number(text) : 0
  return number <= most ? number : 0
}
