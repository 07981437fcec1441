import { describeSessions } from './conformance.ts'

describeSessions('same anywhere')
