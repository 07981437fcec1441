/** Keeps everything in this process: `memory()`. */
export { memory } from './memory.ts'
export type { MemoryOptions } from './memory.ts'
