import { describeCached } from './described.ts'

describeCached('others')
