/** A day in UTC as `2026-11-21`: what the restaurants' books and the reports count in. */
export type Day = string

/** The day of an instant. */
export function dayOf(instant: Date): Day {
  return instant.toISOString().slice(0, 10)
}

/** The day so many days later, or earlier when below zero. */
export function addDays(day: Day, days: number): Day {
  return dayOf(new Date(Date.parse(day) + days * 86_400_000))
}

/** How many days a range has, both ends included; 0 or less when it ends before it begins. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
}
