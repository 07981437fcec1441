import { isThenable } from '../promises.ts'
import type { Logger } from './logger.ts'

/** Calls what is only told something, and hands on what it throws or rejects with. */
export function guard(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const told = call()
    if (isThenable(told)) Promise.resolve(told).catch(failed)
  } catch (error) {
    failed(error)
  }
}

/** The logger with each of its calls guarded. */
export function guardedLogger(logger: Logger, failed: (error: unknown) => void): Logger {
  return {
    debug: (fields, message) => guard(() => logger.debug(fields, message), failed),
    info: (fields, message) => guard(() => logger.info(fields, message), failed),
    warn: (fields, message) => guard(() => logger.warn(fields, message), failed),
    error: (fields, message) => guard(() => logger.error(fields, message), failed),
  }
}
