import { registerClientAddress } from '@redstart/next/http'

/** Next.js calls it once, before the first request. */
export async function register(): Promise<void> {
  // Guesses of passwords are limited by address as well, which Next.js tells nobody.
  registerClientAddress()
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  // A database inside of this process takes seconds to start.
  const { database } = await import('./lib/database.ts')
  database().catch((error: unknown) => console.error(error))
}
