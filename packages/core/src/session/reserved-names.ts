import { invalidArgument, type RedstartError } from '../errors.ts'

/**
 * Refuses assignments to the names of a prototype and to those that every object has, `__proto__` among them: a field of
 * that name would hide what the name means, and where it comes from a client, `__proto__` would change who is signed in.
 * It is an error where it is made, in code that is not strict as well.
 */
export function reserveNames(prototype: object): void {
  const chain = prototypesOf(prototype)
  for (const name of new Set(chain.flatMap((each) => Object.getOwnPropertyNames(each)))) {
    const own = chain.map((each) => Object.getOwnPropertyDescriptor(each, name)).find((found) => found !== undefined)
    const get = own?.get ?? ((): unknown => own?.value)
    const set = (): never => {
      throw reservedName(name)
    }
    Object.defineProperty(prototype, name, { get, set, enumerable: false, configurable: false })
  }
  Object.freeze(prototype)
}

/** What to do instead stands beside the names that people use as fields elsewhere. */
export function reservedName(name: string): RedstartError {
  const instead = INSTEAD.get(name)
  const allowed = 'a name that is not one of the session itself'
  return invalidArgument(
    'the name of a session field',
    name,
    instead === undefined ? allowed : `${allowed}; ${instead}`,
  )
}

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['userId', 'await session.login(userId) signs somebody in, await session.logout() out'],
  ['cookie', 'set cookie.maxAge, and the rest where the middleware is made'],
])

/** It and what it inherits from. */
function prototypesOf(prototype: object): readonly object[] {
  const chain: object[] = []
  let next: unknown = prototype
  while (typeof next === 'object' && next !== null) {
    chain.push(next)
    next = Object.getPrototypeOf(next)
  }
  return chain
}
