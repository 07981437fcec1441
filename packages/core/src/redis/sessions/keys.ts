import type { Device, SessionAddress } from '../../session/session-store.ts'

/**
 * Where the sessions of one namespace are. What stands in braces decides the slot: all of a user's records and the index
 * have the user's tag there, a record of nobody has its own selector.
 */
export class SessionKeys {
  readonly #prefix: string

  constructor(app: string, namespace: string) {
    this.#prefix = `${app}:${namespace}`
  }

  /** The record, and of a signed-in user the index: what the scripts of one record work on. */
  of(address: SessionAddress): readonly [string, ...string[]] {
    const { sid } = address
    return address.kind === 'user' ? [this.record(address.tag, sid), this.index(address.tag)] : [this.record(sid, sid)]
  }

  /** @param tag of the user; of nobody's record the selector itself. */
  record(tag: string, sid: string): string {
    return `${this.#prefix}:{${tag}}:s:${sid}`
  }

  index(tag: string): string {
    return `${this.#prefix}:{${tag}}:u`
  }

  admissions(client: string): string {
    return `${this.#prefix}:{${client}}:a`
  }

  /** In the order in which the scripts of activity take them. */
  activity(device: Device): readonly string[] {
    const own = `${this.#prefix}:{${this.#prefix}:${device}}`
    return [`${own}:ends`, `${own}:uses`, `${own}:created`, `${own}:begun`, `${own}:ended`]
  }
}
