import type { Backend } from '../../../src/index.ts'
import { askingTests } from './asking.ts'
import { countingTests } from './counting.ts'
import { dataTests } from './data.ts'
import { endingTests } from './endings.ts'
import { extendingTests } from './extending.ts'
import { followingTests } from './following.ts'
import { guardingTests } from './guarding.ts'
import { handedOutTests } from './handed-out.ts'
import { keyTests } from './keys.ts'
import { raceTests } from './races.ts'
import { recordTests } from './records.ts'
import { replacingTests } from './replacing.ts'
import { signingInTests } from './signing-in.ts'
import { successionTests } from './succession.ts'
import { versionTests } from './versions.ts'

/** What sessions promise over whichever backend. */
export function sessionTests(backend: () => Backend): void {
  dataTests(backend)
  signingInTests(backend)
  handedOutTests(backend)
  followingTests(backend)
  askingTests(backend)
  guardingTests(backend)
  versionTests(backend)
  raceTests(backend)
  replacingTests(backend)
  successionTests(backend)
  endingTests(backend)
  keyTests(backend)
  countingTests(backend)
  extendingTests(backend)
  recordTests(backend)
}
