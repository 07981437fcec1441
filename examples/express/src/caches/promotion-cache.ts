import type { Redstart } from '@redstart/core'
import type { PromotionReads } from '../reads/promotions.ts'
import { tenant } from './tenant.ts'

/** Promotions, kept for ten minutes; no route changes them. One that ends meanwhile is left out when it is read. */
export function promotionCache({ cache }: Redstart, reads: PromotionReads): PromotionReads {
  const kept = cache.define(
    'promotions:running',
    { key: (restaurant: number) => restaurant, argumentTags: (restaurant) => [tenant(restaurant)] },
    (restaurant) => reads.running(restaurant),
  )
  return {
    async running(restaurant) {
      const promotions = await kept(restaurant)
      const now = new Date()
      return promotions.filter((promotion) => promotion.endsAt > now)
    },
  }
}
