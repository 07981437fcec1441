/** Told as `bytes`. */
export const UNUSABLE = 'what is kept under some key is damaged, or of another version or program; it is made anew'

/** One for the process, as the runtimes are. */
const TOLD = Symbol.for('@redstart/next/told/1')

/** Warns on the standard error of the process, once for each subject. */
export function warnOnce(subject: string, message: string): void {
  // Nothing else has this symbol.
  const holder = globalThis as { [TOLD]?: Set<string> }
  const told = (holder[TOLD] ??= new Set())
  if (told.has(subject)) return
  told.add(subject)
  process.emitWarning(message, { type: 'RedstartWarning', code: 'REDSTART_NEXT' })
}

/** What to say of something that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it threw what is no error'
}
