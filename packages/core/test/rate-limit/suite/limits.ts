import type { Place } from '../places.ts'
import { equivalenceTests } from './equivalence.ts'

/** What a store of limits promises, wherever it is. */
export function limitStoreTests(place: Place, { steps }: { readonly steps: number }): void {
  equivalenceTests(place, steps)
}
