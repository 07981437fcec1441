/** What PGlite takes with the full data set, measured: its heap alone is 0.7 GB. */
const PGLITE_BYTES = 1.0e9

/**
 * Makes sure that PGlite fits into what is free, the limit of a container included.
 *
 * @param available bytes that are free; asked of the system when left out.
 * @throws Error that says how much is missing and names DATABASE_URL as the way out.
 */
export function requireMemory(available: number = process.availableMemory()): void {
  if (available >= PGLITE_BYTES) return
  throw new Error(
    `PostgreSQL inside this process (PGlite) needs about ${gigabytes(PGLITE_BYTES)} of memory and ${gigabytes(available)} is free. ` +
      'Free some, or use a PostgreSQL server: DATABASE_URL=postgres://user:password@localhost:5432/database npm start',
  )
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
