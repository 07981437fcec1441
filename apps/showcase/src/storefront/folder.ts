import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the app on Next.js is. */
export const STOREFRONT: string = dirname(fileURLToPath(import.meta.resolve('@redstart-example/next/package.json')))

/** The command `next` of it, which a script of Node.js is. */
export const NEXT: string = join(STOREFRONT, 'node_modules/next/dist/bin/next')
