import { createApp } from './app.ts'
import { startApp } from './start-app.ts'

await startApp({
  listener: createApp,
  told: ({ origin, signIn }) => `  Log-in    ${signIn}
  Address   ${origin}/api

  curl -i ${origin}/api/restaurants/1/analytics               # twice: look at x-cache and server-timing
  curl -i "${origin}/api/restaurants/1/analytics?cache=off"   # the same from the database
  curl -i ${origin}/api/orders -H 'content-type: application/json' \\
       -d '{"restaurant":1,"table":4,"lines":[{"dish":1,"quantity":2}]}'`,
})
