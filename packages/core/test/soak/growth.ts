import type { Footprint } from './messages.ts'

/** What was measured after one round. */
export interface Sample extends Footprint {
  /** Connections that Redis counts. */
  readonly clients: number
}

export const QUANTITIES = ['heap', 'external', 'resident', 'sockets', 'clients'] as const satisfies (keyof Sample)[]

/** How a quantity has changed in the course of a run. */
export interface Growth {
  readonly quantity: keyof Sample
  /** The median of each tenth of the samples. */
  readonly tenths: readonly number[]
  /** The last of these over the first. */
  readonly ratio: number
}

export function growthOf(samples: readonly Sample[], quantity: keyof Sample): Growth {
  const values = samples.map((sample) => sample[quantity])
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    median(values.slice(Math.floor((tenth * values.length) / 10), Math.ceil(((tenth + 1) * values.length) / 10))),
  )
  return { quantity, tenths, ratio: (tenths[9] ?? Number.NaN) / (tenths[0] ?? Number.NaN) }
}

/** Of a row that is not empty. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
