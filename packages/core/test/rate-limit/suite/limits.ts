import type { Place } from '../places.ts'
import { counterfactualTests } from './counterfactual.ts'
import { equivalenceTests } from './equivalence.ts'
import { parityTests } from './parity.ts'
import { permitTests } from './permits.ts'
import { propertyTests } from './properties.ts'
import { refundTests } from './refunds.ts'
import { togetherTests } from './together.ts'

/**
 * What a store of limits promises, wherever it is.
 *
 * @param properties left out where the same scripts run that have them elsewhere.
 */
export function limitStoreTests(
  place: Place,
  { steps, properties = true }: { readonly steps: number; readonly properties?: boolean },
): void {
  equivalenceTests(place, steps)
  if (properties) propertyTests(place, steps)
  parityTests(place, steps * 2)
  refundTests(place, steps)
  counterfactualTests(place, Math.ceil(steps / 10))
  togetherTests(place)
  permitTests(place, steps)
}
