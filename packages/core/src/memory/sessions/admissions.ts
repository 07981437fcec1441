import type { AdmitRequest } from '../../session/session-store.ts'

/** Clients that are remembered; the one that was counted longest ago is forgotten first. */
const MOST_CLIENTS = 10_000

/** Who created how many lately. */
export class MemoryAdmissions {
  /** Instants by client, the oldest first, and never more than the limit. */
  readonly #counted = new Map<string, readonly number[]>()

  admit({ client, limit, window }: AdmitRequest, now: number): boolean {
    const recent = (this.#counted.get(client) ?? []).filter((instant) => instant > now - window)
    if (recent.length >= limit) return false
    this.#counted.delete(client)
    this.#counted.set(client, [...recent, now])
    const [oldest] = this.#counted.keys()
    if (this.#counted.size > MOST_CLIENTS && oldest !== undefined) this.#counted.delete(oldest)
    return true
  }
}
