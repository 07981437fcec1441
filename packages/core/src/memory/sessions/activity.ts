import type { Activity, Device, StatisticsRequest, StoredStatistics } from '../../session/session-store.ts'

interface Noted {
  readonly device: Device
  readonly expires: number
  readonly used: number
  readonly created: number
}

/** Above it those that have ended are forgotten, and then those that were noted first. */
const MOST_NOTED = 100_000
const MINUTE_MS = 60_000
const MINUTES = 60

/** What sessions did; for statistics. */
export class MemoryActivity {
  readonly #noted = new Map<string, Noted>()
  /** By minute. */
  readonly #created = new Map<number, number>()

  note(activity: readonly Activity[], now: number): void {
    for (const each of activity) {
      const { kind, sid, device, created } = each
      if (kind === 'ended' || each.expires <= now) this.#noted.delete(sid)
      else this.#noted.set(sid, { device, expires: each.expires, used: now, created })
      if (kind === 'created') this.#count(Math.floor(now / MINUTE_MS))
    }
    if (this.#noted.size > MOST_NOTED) this.#prune(now)
  }

  statistics({ within }: StatisticsRequest, now: number): StoredStatistics {
    const byDevice: Record<Device, number> = { desktop: 0, mobile: 0, tablet: 0, bot: 0, other: 0 }
    let [active, recent, lengths] = [0, 0, 0]
    for (const { device, expires, used, created } of this.#noted.values()) {
      if (expires <= now) continue
      active += 1
      lengths += used - created
      byDevice[device] += 1
      if (used >= now - within) recent += 1
    }
    const first = Math.floor(now / MINUTE_MS) - MINUTES + 1
    const createdPerMinute = Array.from({ length: MINUTES }, (_, n) => this.#created.get(first + n) ?? 0)
    return { active, byDevice, recent, averageLength: active === 0 ? undefined : lengths / active, createdPerMinute }
  }

  #count(minute: number): void {
    this.#created.set(minute, (this.#created.get(minute) ?? 0) + 1)
    for (const earlier of this.#created.keys()) if (earlier <= minute - MINUTES) this.#created.delete(earlier)
  }

  #prune(now: number): void {
    for (const [sid, { expires }] of this.#noted) if (expires <= now) this.#noted.delete(sid)
    for (const sid of this.#noted.keys()) {
      if (this.#noted.size <= MOST_NOTED / 2) return
      this.#noted.delete(sid)
    }
  }
}
