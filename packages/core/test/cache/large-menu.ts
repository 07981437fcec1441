/** Plain data of about 100 kB as JSON, most of which compresses well: it is inflated on the thread pool. */
export function largeMenu(): { readonly dishes: readonly { readonly id: number; readonly name: string }[] } {
  return { dishes: Array.from({ length: 2000 }, (_, id) => ({ id, name: `Ramen with extra number ${id}` })) }
}
