import { describeSessions } from './conformance.ts'

await describeSessions('express-4')
