/** What the application keeps of somebody, whichever middleware keeps it. */
export interface Kept {
  user?: { id: number; name: string; roles: string[] }
  cart?: { dish: number; count: number }[]
  views?: number
}

/** `POST /log-in` stores what an application keeps of somebody who has signed in. */
export function logIn(kept: Kept): object {
  kept.user = { id: 7, name: 'Ada', roles: ['guest', 'staff'] }
  kept.cart = [1, 2, 3].map((dish) => ({ dish, count: dish }))
  kept.views = 0
  return { ok: true }
}

/** `GET /read` answers from it. */
export function read({ user, cart }: Kept): object {
  return { name: user?.name, dishes: cart?.length }
}

/** `GET /write` changes a field of it. */
export function write(kept: Kept): object {
  kept.views = (kept.views ?? 0) + 1
  return { views: kept.views }
}

/** `GET /plain` looks at nothing. */
export function plain(): object {
  return { plain: true }
}
