/** What the kitchens buy. */
export interface Ingredient {
  readonly name: string
  /** What `portion` and stock are counted in. */
  readonly unit: 'g' | 'ml' | 'piece'
  /** How much of it goes into one dish. */
  readonly portion: number
  /** Price of 1000 g or ml, or of 1000 pieces, in cents. */
  readonly centsPerThousand: number
}

const grams = (name: string, portion: number, centsPerThousand: number): Ingredient => ({
  name,
  unit: 'g',
  portion,
  centsPerThousand,
})
const millilitres = (name: string, portion: number, centsPerThousand: number): Ingredient => ({
  name,
  unit: 'ml',
  portion,
  centsPerThousand,
})
const pieces = (name: string, portion: number, centsPerThousand: number): Ingredient => ({
  name,
  unit: 'piece',
  portion,
  centsPerThousand,
})

/** Every ingredient that a recipe names, in the order of their ids, from 1. */
export const INGREDIENTS: readonly Ingredient[] = [
  grams('flour', 160, 90),
  grams('rice', 130, 260),
  grams('pasta', 130, 240),
  grams('noodles', 140, 320),
  grams('potato', 200, 120),
  grams('bread', 80, 350),
  grams('polenta', 100, 280),
  grams('lentils', 90, 310),
  grams('beans', 110, 270),
  grams('tofu', 120, 480),
  grams('tomato', 120, 310),
  grams('onion', 50, 110),
  grams('garlic', 6, 690),
  grams('carrot', 60, 120),
  grams('spinach', 90, 540),
  grams('rocket', 40, 1150),
  grams('aubergine', 140, 330),
  grams('courgette', 130, 290),
  grams('pepper', 90, 390),
  grams('mushroom', 80, 620),
  grams('pumpkin', 150, 240),
  grams('cabbage', 90, 150),
  grams('cucumber', 80, 220),
  grams('radish', 50, 260),
  grams('seaweed', 8, 6200),
  grams('ginger', 10, 780),
  grams('basil', 8, 1900),
  grams('sage', 5, 2400),
  grams('chilli', 5, 1300),
  grams('olives', 40, 980),
  grams('capers', 10, 1650),
  grams('mozzarella', 100, 890),
  grams('ricotta', 90, 720),
  grams('parmesan', 30, 1950),
  grams('gorgonzola', 60, 1480),
  grams('butter', 25, 1020),
  grams('beef', 180, 2450),
  grams('veal', 170, 2900),
  grams('pork', 170, 1150),
  grams('chicken', 170, 980),
  grams('ham', 60, 1980),
  grams('salami', 60, 1790),
  grams('salmon', 150, 2480),
  grams('tuna', 140, 2950),
  grams('prawns', 110, 2650),
  grams('squid', 130, 1690),
  grams('anchovy', 20, 2300),
  grams('mussels', 250, 690),
  grams('sugar', 40, 115),
  grams('chocolate', 50, 1350),
  grams('almonds', 40, 1450),
  grams('matcha', 4, 12_500),
  grams('coffee', 9, 1650),
  millilitres('cream', 80, 420),
  millilitres('milk', 120, 110),
  millilitres('oil', 15, 950),
  millilitres('soy', 20, 640),
  millilitres('broth', 300, 130),
  millilitres('wine', 100, 520),
  millilitres('sake', 80, 980),
  pieces('egg', 1, 32_000),
  pieces('lemon', 1, 38_000),
]
