import { checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { COMPRESSION_LEVELS, type CompressionAlgorithm, hasCompression } from '../wire/index.ts'

/** How values are compressed on their way to the backend. Memory keeps them as they are. */
export interface CompressionOptions {
  /** Bytes of an encoded value from which on it is tried. What does not become smaller is stored as it is. @default 1024 */
  readonly threshold?: number
  /**
   * `zstd` needs Node.js 22.15 or later, on every instance that reads what this one writes: elsewhere it is a miss.
   * @default 'gzip'
   */
  readonly algorithm?: CompressionAlgorithm
  /**
   * How hard it tries: 1 to 9 of gzip, 0 to 11 of brotli, 1 to 19 of zstd.
   * @default gzip 6, brotli 4, zstd 3
   */
  readonly level?: number
}

/** The same, resolved. */
export type CompressionSettings = Required<CompressionOptions>

const THRESHOLD = 1024

/**
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, `UNSUPPORTED` for an algorithm that this
 *   Node.js does not have.
 */
export function resolveCompression(options: false | CompressionOptions): CompressionSettings | undefined {
  if (options === false) return undefined
  checkObject('compression', options)
  const { threshold = THRESHOLD, algorithm = 'gzip' } = options
  if (!Object.hasOwn(COMPRESSION_LEVELS, algorithm))
    throw invalidArgument('compression.algorithm', algorithm, "'gzip', 'brotli' or 'zstd'")
  const { least, most, usual } = COMPRESSION_LEVELS[algorithm]
  const { level = usual } = options
  if (!Number.isInteger(level) || level < least || level > most)
    throw invalidArgument('compression.level', level, `a whole number of ${least} to ${most} for ${algorithm}`)
  if (!Number.isSafeInteger(threshold) || threshold < 0)
    throw invalidArgument('compression.threshold', threshold, 'a whole number of bytes')
  if (!hasCompression(algorithm))
    throw new RedstartError(
      'UNSUPPORTED',
      `compression.algorithm is "${algorithm}", which Node.js ${process.version} does not have; use Node.js 22.15 or later, 'gzip' or 'brotli'`,
    )
  return { threshold, algorithm, level }
}
