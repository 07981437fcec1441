/** A name as people type it: the same account, however it is written. */
export function accountOf(login: string): string {
  return login.trim().toLowerCase()
}

/**
 * Whom guesses of a password count for: the account that was typed, whether there is one or not, so that who is limited
 * learns nothing from it.
 *
 * @param login what was sent; what is no text is nobody's name.
 */
export function accountKey(login: unknown): string | undefined {
  // Told apart from all other keys, so that nobody has another one blocked by typing it.
  return typeof login === 'string' ? `account:${accountOf(login)}` : undefined
}
