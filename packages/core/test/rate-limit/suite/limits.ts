import type { Place } from '../places.ts'
import { counterfactualTests } from './counterfactual.ts'
import { equivalenceTests } from './equivalence.ts'
import { parityTests } from './parity.ts'
import { permitTests } from './permits.ts'
import { propertyTests } from './properties.ts'
import { refundTests } from './refunds.ts'
import { togetherTests } from './together.ts'

/*
 * What is shown of limits, where, and over what. M is memory, R one Redis, C a Redis Cluster of three nodes, as a user with
 * just enough rights, and H Redis over HTTP; Redis always runs the scripts that are shipped, under a clock that a test sets.
 *
 * P1  as an exact model of BigInt   equivalence: decides as its definition does ...                        M R C H
 * P2  its bound within any time     properties: lets no more pass within any time than its bound           M R C H
 * P3  the wait is enough, and tight equivalence: ... and tells the wait to the microsecond                 M R C H
 * P4  a look changes nothing        properties: is changed neither by looks nor by what it refuses         M R C H
 * P5  nor does a refusal            the same                                                               M R C H
 * P6  all or nothing                together: takes from all or from none; changes no byte ...             M R C H
 *                                   limits.cluster: take from all, or give back exactly ...                     C
 * P7  nothing lives on              kept: keeps nothing without an end ...                                   R C H
 * P8  a clock that is set           properties: locks nobody out ...; never lets more pass of a gcra ...   M R C H
 * P9  whole numbers, in range       properties: tells whole numbers ...                                    M R C H
 * P10 memory says what Redis says   parity: says the same as memory on the same trace ...                    R C H
 * P11 as many as there are, at once properties: grants exactly what there is to many that ask at once      M R C H
 *                                   processes: let exactly as many of a thousand pass ...                   R
 * P12 another plan                  parity: ... and other plans; engine: keeps what was taken ...          M R C H
 * P13 settled once, never too much  engine: settles a reservation ...; refunds and counterfactual: all     M R C H
 * P14 leases, with crashes          leases: grants exactly what there is to several that take ahead ...    M R C H
 *                                   lease-bound; processes: lose no more than what one of them held ...    M R
 * P15 scripts that are forgotten    together: goes on where scripts are forgotten ...; parity                R C H
 * P16 nothing is sent again         late: charges checks once ...; outages: all                                   R C H
 * P17 keys of any kind              together: keeps keys apart whatever they hold                          M R C H
 * P18 headers, by another parser    ../http/rate-limit/quota-headers, limited-fetch/parse-rate-limit       of no store
 */

/** What a store of limits promises, wherever it is. */
export function limitStoreTests(place: Place, { steps }: { readonly steps: number }): void {
  equivalenceTests(place, steps)
  propertyTests(place, steps)
  parityTests(place, steps * 2)
  refundTests(place, steps)
  counterfactualTests(place, Math.ceil(steps / 10))
  togetherTests(place)
  permitTests(place, steps)
}
