import '@redstart/express'

/** What the back office keeps in a session. Who it is and their role are not data: they are the session's own. */
declare module '@redstart/express' {
  interface SessionFields {
    name: string
    restaurant: number
  }
}
