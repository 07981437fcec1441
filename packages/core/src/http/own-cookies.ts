/**
 * Names of cookies that Redstart itself sets, for whoever asks what the cookies of a request mean. They are told apart by
 * their use: an answer that is made of a session says so.
 */
const names = new Set<string>()

/** Bound, should somebody make a name for each request. */
const MOST_NAMES = 1000

export function noteOwnCookie(name: string): void {
  if (names.size < MOST_NAMES) names.add(name)
}

export function isOwnCookie(name: string): boolean {
  return names.has(name)
}
