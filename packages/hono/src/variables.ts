import type { Context } from 'hono'

/**
 * An object whose properties a context shows as variables, as they are at that moment: with `c.get`, with `c.var`, and
 * `c.set` sets them. Hono itself keeps values alone, and nobody would know that a handler has looked at a session.
 */
export function variablesOf(c: Context): object {
  const there = shown.get(c)
  if (there !== undefined) return there
  const variables: Record<string, unknown> = {}
  shown.set(c, variables)
  show(c, variables)
  return variables
}

const shown = new WeakMap<Context, Record<string, unknown>>()

function show(c: Context, variables: Record<string, unknown>): void {
  const get: (name: string) => unknown = c.get
  const { set } = c
  c.get = (name: string): unknown => (Object.hasOwn(variables, name) ? variables[name] : get(name))
  c.set = (name: string, value: unknown): void => {
    if (Object.hasOwn(variables, name)) variables[name] = value
    else set(name, value)
  }
  Object.defineProperty(c, 'var', ALL)
}

/** The same for all contexts. */
const ALL: PropertyDescriptor = {
  get(this: Context) {
    const others: unknown = Reflect.get(Object.getPrototypeOf(this) as object, 'var', this)
    const all = { ...(others as object) } // What Hono gives there is an object of its own.
    const variables = shown.get(this) ?? {}
    for (const name of Object.keys(variables))
      Object.defineProperty(all, name, { get: () => variables[name], enumerable: true, configurable: true })
    return all
  },
  configurable: true,
}
