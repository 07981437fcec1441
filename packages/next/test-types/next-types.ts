import { withRedstart } from '@redstart/next'
import { createCacheHandlers } from '@redstart/next/handlers'
import type { NextConfig } from 'next'
import type { CacheHandler } from 'next/cache.js'

/** Compiled alone: the types of Next.js change those of Node.js for all that is compiled with them. */
const config: NextConfig = { cacheComponents: true, serverExternalPackages: ['pg'] }
export const wired: NextConfig = withRedstart(config, { redstart: './redstart.config.mjs' })
export const handler: Pick<CacheHandler, keyof CacheHandler> = createCacheHandlers({} as never) // never run
