/**
 * What a page shows: 100 dishes, some 10 kB of HTML.
 *
 * @param {string} slug
 */
export function dishesOf(slug) {
  return Array.from({ length: 100 }, (_, n) => ({ id: n, name: `Dish ${n} of menu ${slug}`, price: 5 + (n % 20) }))
}
