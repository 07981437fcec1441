declare module '@redstart/fastify' {
  /** What the apps of the restaurants keep in a session. Who it is and their role are not data: they are the session's own. */
  interface SessionFields {
    name: string
    restaurant: number
  }
}
