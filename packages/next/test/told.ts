import { vi } from 'vitest'

/** What the process was warned of, since this was asked for. */
export interface Told extends Disposable {
  readonly warnings: readonly string[]
}

/** Hears warnings, as if none had been told before. */
export function told(): Told {
  // As warn-once.ts has it.
  const holder = globalThis as { [TOLD]?: Set<string> }
  holder[TOLD]?.clear()
  const warnings: string[] = []
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)))
  return { warnings, [Symbol.dispose]: () => spy.mockRestore() }
}

const TOLD = Symbol.for('@redstart/next/told/1')
