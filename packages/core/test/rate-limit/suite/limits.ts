import type { Place } from '../places.ts'
import { equivalenceTests } from './equivalence.ts'
import { parityTests } from './parity.ts'
import { permitTests } from './permits.ts'
import { propertyTests } from './properties.ts'
import { togetherTests } from './together.ts'

/** What a store of limits promises, wherever it is. */
export function limitStoreTests(place: Place, { steps }: { readonly steps: number }): void {
  equivalenceTests(place, steps)
  propertyTests(place, steps)
  parityTests(place, steps * 2)
  togetherTests(place)
  permitTests(place, steps)
}
