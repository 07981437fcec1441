const told = new Set<string>()

/** Warns on the standard error of the process, once for each subject. */
export function warnOnce(subject: string, message: string): void {
  if (told.has(subject)) return
  told.add(subject)
  process.emitWarning(message, { type: 'RedstartWarning', code: 'REDSTART_NEXT' })
}

/** What to say of something that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it threw what is no error'
}
