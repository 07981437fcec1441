import type { Redstart } from '@redstart/core'
import type { StaffReads } from '../reads/staff.ts'
import { tenant } from './tenant.ts'

/** The crews, kept for half an hour; they change by other means than this app. */
export function staffCache({ cache }: Redstart, reads: StaffReads): StaffReads {
  return {
    crew: cache.define(
      'staff:crew',
      { key: (restaurant: number) => restaurant, argumentTags: (restaurant) => [tenant(restaurant)] },
      (restaurant) => reads.crew(restaurant),
    ),
  }
}
