import { withRedstart } from '@redstart/next'

/** Nothing is fetched from elsewhere or framed, and forms go nowhere else. Next.js starts its pages by scripts in them. */
const POLICY = [
  `default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  `script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'`,
].join('; ')

export default withRedstart(
  {
    cacheComponents: true,
    // Who asks first for a page waits until all of it is made, and everybody else gets it whole.
    partialPrefetching: false,
    poweredByHeader: false,
    headers: async () => [{ source: '/:path*', headers: [{ key: 'content-security-policy', value: POLICY }] }],
    // What Node.js reads as it is: the data of the restaurants has a database in it.
    serverExternalPackages: ['@redstart-example/express'],
    // `npm run build` has compiled everything before.
    typescript: { ignoreBuildErrors: true },
  },
  { redstart: './src/lib/redstart.mjs' },
)
