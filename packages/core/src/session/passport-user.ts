import { invalidArgument } from '../errors.ts'

/**
 * Who is signed in by the words of passport: what an application's `serializeUser` made of a user, which is the id or has it.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for another one.
 */
export function userOfPassport(data: Readonly<Record<string, unknown>>): string | number | undefined {
  const { user } = membersOf(data['passport'])
  if (user === undefined || user === null) return undefined
  const id = typeof user === 'object' ? membersOf(user)['id'] : user
  if (typeof id === 'string' || typeof id === 'number') return id
  // A session that counts as signed in for others and for nobody here could not be revoked.
  throw invalidArgument(
    'the user that passport keeps in the session',
    user,
    'an id, or an object that has one; else say sessions.identify',
  )
}

/** Those that it looks at. */
export const FIELDS_OF_PASSPORT: readonly string[] = ['passport']

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  // Any object can be read so.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
