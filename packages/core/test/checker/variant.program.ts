import { memory } from '../../src/memory/index.ts'
import { type Outcome, runChecker, type RunOptions } from './run.ts'

/** The checker together with the sources that it checks, which are patched. */
export interface VariantProgram {
  runInMemory(options: Omit<RunOptions, 'backend'>): Promise<Outcome>
}

export const runInMemory: VariantProgram['runInMemory'] = (options) => runChecker({ ...options, backend: memory() })
