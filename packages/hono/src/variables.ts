import type { Context } from 'hono'

/**
 * An object whose properties a context shows as variables, as they are at that moment: with `c.get`, with `c.var`, and
 * `c.set` sets them. Hono itself keeps values alone, and nobody would know that a handler has looked at a session.
 */
export function variablesOf(c: Context): object {
  const there = shownBy(c)
  if (there !== undefined) return there
  const variables: Record<string, unknown> = {}
  Object.defineProperty(c, SHOWN, { value: variables })
  show(c, variables)
  return variables
}

/** Not in a WeakMap: what that holds survives small collections of garbage, and all of its request with it. */
const SHOWN: unique symbol = Symbol('variables')

function shownBy(c: Context): Record<string, unknown> | undefined {
  return (c as Context & { readonly [SHOWN]?: Record<string, unknown> })[SHOWN] // Nobody else has the symbol.
}

function show(c: Context, variables: Record<string, unknown>): void {
  const get: (name: string) => unknown = c.get
  const { set } = c
  const getAny = (name: string): unknown => (Object.hasOwn(variables, name) ? variables[name] : get(name))
  const setAny = (name: string, value: unknown): void => {
    if (Object.hasOwn(variables, name)) variables[name] = value
    else set(name, value)
  }
  // Not written right here: V8 would take them for what lives long, and keep all of the request with them.
  c.get = getAny
  c.set = setAny
  Object.defineProperty(c, 'var', ALL)
}

/** The same for all contexts. */
const ALL: PropertyDescriptor = {
  get(this: Context) {
    const others: unknown = Reflect.get(Object.getPrototypeOf(this) as object, 'var', this)
    const all = { ...(others as object) } // What Hono gives there is an object of its own.
    const variables = shownBy(this) ?? {}
    for (const name of Object.keys(variables))
      Object.defineProperty(all, name, { get: () => variables[name], enumerable: true, configurable: true })
    return all
  },
  configurable: true,
}
