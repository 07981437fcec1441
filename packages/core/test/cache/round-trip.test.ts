import { describeRoundTrips } from './round-trip.ts'
import { openMemory } from './stored-bytes.ts'

describeRoundTrips('memory', openMemory, 100)
