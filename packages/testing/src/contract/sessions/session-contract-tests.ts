import { sessionCallTests, sessionClosingTests } from './calling.ts'
import { commitTests } from './committing.ts'
import { creationTests } from './creating.ts'
import { endTests, placeTests, revocationTests } from './ending.ts'
import { hearingTests } from './hearing.ts'
import { admissionTests, limitTests } from './limits.ts'
import { loadTests } from './loading.ts'
import { noteTests } from './noting.ts'
import { randomSessionTests } from './random-sessions.ts'
import { rotationTests } from './rotating.ts'
import type { SessionTest } from './session-stores.ts'
import { togetherTests } from './together.ts'

/** All that sessions expect of a backend, by subject. */
export const sessionContractTests: Readonly<Record<string, readonly SessionTest[]>> = {
  'a new record': creationTests,
  'a load': loadTests,
  'a commit': commitTests,
  'a rotation': rotationTests,
  'an end': endTests,
  'the place of a record': placeTests,
  'a revocation': revocationTests,
  'word of a revocation': hearingTests,
  'the limit of a user': limitTests,
  'an admission': admissionTests,
  'what is noted': noteTests,
  'at the same time': togetherTests,
  'after any sequence of operations, a record': randomSessionTests,
  'a call': sessionCallTests,
  'a closed store': sessionClosingTests,
}
