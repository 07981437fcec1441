import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { SignIn } from './sign-in.ts'

/** How somebody signs in. */
export type LogInOptions = Pick<SignIn, 'methods' | 'roles' | 'remember'>

/** How somebody proves anew who they are. */
export type ElevateOptions = Omit<LogInOptions, 'remember'>

const KNOWN = {
  login: membersOf<LogInOptions>({ methods: true, roles: true, remember: true }),
  elevate: membersOf<ElevateOptions>({ methods: true, roles: true }),
}

/**
 * Refuses what untyped code may pass: what nobody would look at, and what is for the library alone to say.
 *
 * @throws RedstartError `INVALID_ARGUMENT`.
 */
export function checkSignIn(method: 'login' | 'elevate', options: LogInOptions): void {
  checkObject(`the options of ${method}()`, options)
  checkMembers(`the options of ${method}()`, options, KNOWN[method])
  checkRemember(options.remember)
}

/** @throws RedstartError `INVALID_ARGUMENT` for what is neither true nor false: what came with a form, as a rule. */
export function checkRemember(remember: unknown): void {
  if (remember !== undefined && typeof remember !== 'boolean')
    throw invalidArgument('the option remember of a log-in', remember, 'true or false')
}
