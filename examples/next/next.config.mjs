import { withRedstart } from '@redstart/next'

export default withRedstart(
  {
    cacheComponents: true,
    // Who asks first for a page waits until all of it is made, and everybody else gets it whole.
    partialPrefetching: false,
    poweredByHeader: false,
    // What Node.js reads as it is: the data of the restaurants has a database in it.
    serverExternalPackages: ['@redstart-example/express'],
    // `npm run build` has compiled everything before.
    typescript: { ignoreBuildErrors: true },
  },
  { redstart: './src/lib/redstart.mjs' },
)
