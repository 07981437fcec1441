import type { AddressInfo } from 'node:net'

interface Listening {
  keepAliveTimeout: number
  address(): AddressInfo | string | null
}

/** Has a server listen that keeps its connections while the others have their rounds. Resolves with its port. */
export async function portOf(listen: (ready: () => void) => Listening): Promise<number> {
  let server: Listening | undefined
  await new Promise<void>((resolve) => (server = listen(resolve)))
  const address = server?.address()
  if (server === undefined || address === null || typeof address !== 'object') throw new Error('it does not listen')
  server.keepAliveTimeout = 0
  return address.port
}
