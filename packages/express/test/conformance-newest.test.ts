import { describeConformance } from './conformance.ts'

await describeConformance('express-4')
await describeConformance('express')
