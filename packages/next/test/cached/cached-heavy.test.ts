import { describeCached } from './described.ts'

describeCached('heavy')
