import { describeArbitraryBytes } from './arbitrary-bytes.ts'
import { openMemory } from './stored-bytes.ts'

describeArbitraryBytes('memory', openMemory, 1500)
