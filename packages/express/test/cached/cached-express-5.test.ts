import { describeCached } from './cached.ts'

await describeCached('express')
