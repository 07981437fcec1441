/** True for what `await` would wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
  )
}

/** Lets a promise that nobody will wait for reject in silence: it would end the process. Anything else is left alone. */
export function silence(value: unknown): void {
  if (isThenable(value)) Promise.resolve(value).catch(() => undefined)
}
