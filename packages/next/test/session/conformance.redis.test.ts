import { describeSessions } from './conformance.ts'

describeSessions('own')
