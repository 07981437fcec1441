import type { RequestListener } from 'node:http'
import type { Redstart } from '@redstart/core'

/**
 * What stands between the server and the suite's handler: nothing; a policy that does nothing; or the response cache in a
 * profile.
 */
export type Layer = 'nothing' | 'bystander' | Profile

/** All that RFC 9111 allows; or what the response cache does where no option says otherwise. */
export type Profile = 'rfc' | 'default'

/** An application of a framework whose only handler is the suite's. */
export interface Mounted {
  readonly listener: RequestListener
  close?(): Promise<void>
}

/** @param redstart keeps the responses, in the memory of this process. */
export type Mount = (layer: Layer, redstart: Redstart) => Mounted | Promise<Mounted>
