import { type Runtime, runtimeOf } from './runtime.ts'
import type { HandlerSetup } from './settings.ts'
import { reasonOf, warnOnce } from './warn-once.ts'

/** How many of the deadlines of single operations one method may take. */
const DEADLINES = 4

/** How long one method may take before it is answered for, in ms. */
export function patienceOf({ cache }: Runtime): number {
  return DEADLINES * cache.deadline
}

/**
 * Runs a method of a handler. Next.js fails builds and leaves requests without an answer where one throws or does not
 * return: what fails or takes too long is answered by what is safe, and told once.
 */
export function guarded<T>(
  setup: HandlerSetup,
  method: string,
  safe: T,
  operation: (runtime: Runtime) => T | Promise<T>,
): Promise<T> {
  const result = attempted(setup, method, safe, operation)
  return result instanceof Promise ? result : Promise.resolve(result)
}

/** The same, whose result is there at once where that of the operation is: promises are dear where Next.js follows each. */
export function attempted<T>(
  setup: HandlerSetup,
  method: string,
  safe: T,
  operation: (runtime: Runtime) => T | Promise<T>,
): T | Promise<T> {
  const runtime = runtimeOf(setup)
  if (runtime instanceof Promise) return runtime.then((opened) => guard(opened, method, safe, operation))
  return guard(runtime, method, safe, operation)
}

function guard<T>(
  runtime: Runtime | undefined,
  method: string,
  safe: T,
  operation: (runtime: Runtime) => T | Promise<T>,
): T | Promise<T> {
  if (runtime === undefined) return safe
  try {
    const result = operation(runtime)
    return result instanceof Promise ? inTime(runtime, method, safe, result) : result
  } catch (error) {
    return instead(method, safe, error)
  }
}

function inTime<T>(runtime: Runtime, method: string, safe: T, running: Promise<T>): Promise<T> {
  return new Promise((resolve) => {
    const cancel = runtime.cache.schedule(patienceOf(runtime), () => resolve(safe))
    const settle = (result: T): void => {
      cancel()
      resolve(result)
    }
    running.then(settle, (error: unknown) => settle(instead(method, safe, error)))
  })
}

function instead<T>(method: string, safe: T, error: unknown): T {
  warnOnce(`failed ${method}`, `a cache handler answered without its cache, in ${method}(): ${reasonOf(error)}`)
  return safe
}
