import { AsyncLocalStorage } from 'node:async_hooks'

// Next.js puts it there when it starts, and its modules look for it when they are evaluated: to be imported before them.
const holder = globalThis as { AsyncLocalStorage?: unknown }
holder.AsyncLocalStorage ??= AsyncLocalStorage
