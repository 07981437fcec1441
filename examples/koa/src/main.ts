import { startApp } from '@redstart-example/express'
import { createListener } from './listener.ts'

await startApp({
  listener: createListener,
  told: ({ origin }) => `  Address   ${origin}/login   as alma@osteria or elif@osteria; the password is codirosso`,
})
