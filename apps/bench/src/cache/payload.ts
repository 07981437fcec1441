/** A page of a menu: plain data of about 5.6 kB as JSON. */
export interface MenuPage {
  readonly id: number
  readonly dishes: readonly {
    readonly id: number
    readonly name: string
    readonly price: number
    readonly vegan: boolean
    readonly tags: readonly string[]
  }[]
}

let made = 0

/** How many pages were made so far: what is not a hit makes one. */
export function pagesMade(): number {
  return made
}

export function menuPage(id: number): MenuPage {
  made++
  const dishes = Array.from({ length: 54 }, (_, i) => ({
    id: id * 1000 + i,
    name: `Dish number ${i} of page ${id}`,
    price: 4 + i / 8,
    vegan: i % 3 === 0,
    tags: ['menu', `category:${i % 7}`],
  }))
  return { id, dishes }
}
