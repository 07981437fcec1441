import type { DeviceRecord } from './core-record.ts'

/** Who makes a request, as far as it is known. */
export interface Client {
  /** A hash that stands for the network address; undefined where that is not known, and nothing is limited by it. */
  readonly address: string | undefined
  readonly device: DeviceRecord
}
