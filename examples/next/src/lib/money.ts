/** As it stands on a menu: `13.20 €`. */
export function euros(cents: number): string {
  return `${(cents / 100).toFixed(2)} €`
}

/** Cents of what somebody typed, with a comma or a point; `undefined` for what is no price of a dish. */
export function centsOf(text: string): number | undefined {
  if (!/^\d{1,3}([.,]\d{1,2})?$/.test(text.trim())) return undefined
  const cents = Math.round(Number(text.trim().replace(',', '.')) * 100)
  return cents > 0 ? cents : undefined
}
