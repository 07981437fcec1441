import type { Patch } from './bundle.ts'

/** A rule of the protocol taken back. */
export interface Variant {
  readonly name: string
  readonly patches: readonly Patch[]
  /** Shows only where many commands are lost. @default false */
  readonly outages?: boolean
}

export const VARIANTS: readonly Variant[] = [
  {
    name: 'the clock is taken after the load',
    patches: [
      {
        file: 'cache/load.ts',
        from: 'const { generation, clock, sequence, since } = frame',
        to: 'const { generation, sequence, since } = frame; const { clock } = this.#coherence.view',
      },
    ],
  },
  {
    name: 'what memory holds is not decided at each hit',
    patches: [
      {
        file: 'cache/held.ts',
        from: 'entry.confirmed !== coherence.view.version || !coherence.pending.empty || !coherence.proven(',
        to: '!coherence.proven(',
      },
    ],
  },
  {
    name: 'a view has no floor',
    patches: [
      {
        file: 'invalidation/process-view.ts',
        from: 'this.floor = keep ? Math.max(clock, this.floor) : clock',
        to: 'this.floor = 0',
      },
    ],
  },
  {
    name: 'any message is taken for proof',
    patches: [
      {
        file: 'invalidation/coherence.ts',
        from: 'this.#outgoing.heard(hint)',
        to: 'this.#provenAt = this.#options.clock.now()',
      },
    ],
  },
  {
    name: 'those who join a load are not judged',
    patches: [
      {
        file: 'cache/read.ts',
        from: 'if (!usable && (waited.stale || flight.order <= this.#begun)) return undefined',
        to: 'void usable',
      },
    ],
  },
  {
    name: 'what waits since an outage is sent after reads resume',
    patches: [
      {
        file: 'cache/read-queue.ts',
        from: 'if (pending.empty) return this.#send(batch, begun, begun)',
        to: 'if (pending.sequence >= 0) return this.#send(batch, begun, begun)',
      },
      { file: 'invalidation/outgoing.ts', from: 'await this.replay(deadline)', to: '' },
      { file: 'invalidation/outgoing.ts', from: 'this.#sendLater()\n', to: '' },
    ],
    outages: true,
  },
]
