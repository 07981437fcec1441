/** What a dish is called in a URL: for people, and with its id for us. */
export function slugOf({ id, name }: { readonly id: number; readonly name: string }): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return words === '' ? String(id) : `${words}-${id}`
}

/** The id at the end of it; `undefined` for what no dish is called. */
export function idOf(slug: string): number | undefined {
  const [, digits] = /(?:^|-)([1-9]\d{0,8})$/.exec(slug) ?? []
  return digits === undefined ? undefined : Number(digits)
}
