import type { Category, Dish, RecipeCost } from '../../src/reads/menu.ts'
import type { OrderSummary } from '../../src/reads/orders.ts'
import type { Fact } from './fact.ts'

/** What customers keep in mind. */
export interface Facts {
  /** The price of each dish; the ids count from 1. */
  readonly prices: readonly Fact[]
  /** The number of the newest order of each restaurant; their ids count from 1. */
  readonly orders: readonly Fact[]
}

/** What can be asked, and which facts an answer tells with which values; none for an answer to something else. */
export interface Question {
  readonly path: string
  readonly told: (body: unknown) => readonly Told[]
}

export type Told = readonly [fact: Fact | undefined, value: number]

const CATEGORIES = 12
const RESTAURANTS = 2

/** Any question; a few dishes are asked for more often than others. */
export function anyQuestion({ prices, orders }: Facts): Question {
  const dish = skewed(prices.length) + 1
  const restaurant = below(RESTAURANTS) + 1
  const category = below(CATEGORIES) + 1
  const pricesOf = ({ dishes }: Category): readonly Told[] =>
    dishes.map(({ id, priceCents }) => [prices[id - 1], priceCents])
  // What the app answers has the types that its caches have.
  const questions: readonly Question[] = [
    {
      path: `/dishes/${dish}`,
      told: (body) => [[(body as Dish).id === dish ? prices[dish - 1] : undefined, (body as Dish).priceCents]],
    },
    {
      path: `/dishes/${dish}/cost`,
      told: (body) => [
        [(body as RecipeCost).dish === dish ? prices[dish - 1] : undefined, (body as RecipeCost).priceCents],
      ],
    },
    {
      path: `/categories/${category}`,
      told: (body) => ((body as Category).id === category ? pricesOf(body as Category) : []),
    },
    { path: `/restaurants/${restaurant}/menu`, told: (body) => (body as readonly Category[]).flatMap(pricesOf) },
    {
      path: `/restaurants/${restaurant}/orders`,
      told: (body) => {
        const [newest] = body as readonly OrderSummary[]
        return [[newest?.restaurant === restaurant ? orders[restaurant - 1] : undefined, newest?.id ?? 0]]
      },
    },
  ]
  return questions[below(questions.length)] ?? anyQuestion({ prices, orders })
}

/** A whole number from 0 up to, never reaching, `end`. */
export function below(end: number): number {
  return Math.floor(Math.random() * end)
}

/** The same, low numbers more often. */
export function skewed(end: number): number {
  return Math.floor(Math.random() ** 2 * end)
}
