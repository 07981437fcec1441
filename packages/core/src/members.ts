/** The names of all members that some options have, as the compiler knows them: one that is left out or made up is an error. */
export function membersOf<Options>(all: Readonly<Record<keyof Options, true>>): ReadonlySet<string> {
  return new Set(Object.keys(all))
}
