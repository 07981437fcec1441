import type { Activity, Device, StatisticsRequest, StoredStatistics } from '../../session/session-store.ts'

interface Noted {
  readonly device: Device
  readonly expires: number
  readonly used: number
  readonly created: number
}

/** Above it those that have ended are forgotten, and then those that were noted first. */
const MOST_NOTED = 100_000
/** An instance tells what it has noted a little later, so that of a use it may be told after the end. */
const REMEMBERED_MS = 10_000
const MINUTE_MS = 60_000
const MINUTES = 60

/** What sessions did; for statistics. */
export class MemoryActivity {
  readonly #noted = new Map<string, Noted>()
  /** Those that were ended lately, by that instant, the first one first. */
  readonly #ended = new Map<string, number>()
  /** By minute. */
  readonly #created = new Map<number, number>()

  note(activity: readonly Activity[], now: number): void {
    for (const each of activity) {
      if (each.kind === 'ended') {
        this.#end(each.sid, now)
        continue
      }
      const { kind, sid, device, created, expires } = each
      if (expires > now && !this.#hasEnded(sid, now)) this.#noted.set(sid, { device, expires, used: now, created })
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

  #end(sid: string, now: number): void {
    this.#noted.delete(sid)
    this.#ended.delete(sid)
    this.#ended.set(sid, now)
    for (const [each, at] of this.#ended) {
      if (at > now - REMEMBERED_MS && this.#ended.size <= MOST_NOTED) return
      this.#ended.delete(each)
    }
  }

  #hasEnded(sid: string, now: number): boolean {
    const at = this.#ended.get(sid)
    return at !== undefined && at > now - REMEMBERED_MS
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
