import { describe } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { floorTests, MARKERS } from './floors.ts'

describe('floors of namespaces, in memory:', () => floorTests(() => memory({ markers: MARKERS })))
