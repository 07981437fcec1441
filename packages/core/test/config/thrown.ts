import { RedstartError } from '../../src/errors.ts'

/** The lines of the `INVALID_CONFIG` that an action throws, without the heading. */
export function linesOf(action: () => unknown): readonly string[] {
  try {
    action()
  } catch (error) {
    if (!RedstartError.is(error, 'INVALID_CONFIG')) throw error
    const [heading, ...lines] = error.message.split('\n')
    if (heading === 'The configuration is not valid:') return lines
  }
  throw new Error('no INVALID_CONFIG was thrown')
}
