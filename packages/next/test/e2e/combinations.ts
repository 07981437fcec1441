import type { Build } from './project.ts'
import type { Step } from './stage.ts'
import { clients } from './steps/clients.ts'
import { customers } from './steps/customers.ts'
import { failing } from './steps/failing.ts'
import { invalidating } from './steps/invalidating.ts'
import { outages } from './steps/outages.ts'
import { partial } from './steps/partial.ts'
import { sharing } from './steps/sharing.ts'

/** One way to run the app, and the steps that are walked with it. */
export interface Combination {
  readonly name: string
  readonly build: Build
  /** Whether a process of another build and a program without Next.js run beside it. */
  readonly beside: boolean
  readonly cluster: boolean
  /** Whose client says where Redis is; undefined for a URL. */
  readonly client?: 'ioredis-5'
  readonly consistency: 'bounded' | 'strict'
  readonly steps: readonly Step[]
}

/** What needs neither another build nor another program. */
const FIRST = [...sharing, ...invalidating].filter(({ name }) => /^([1-5]|12)\. /.test(name))
const LINKS = clients.filter(({ name }) => name.startsWith('8. '))
const ALL = [...sharing, ...invalidating, ...failing, ...clients, ...customers, ...outages]

const CACHED: Build = { id: 'cached', variant: 'cached' }
const PAGES: Build = { id: 'pages', variant: 'pages' }

export const COMBINATIONS: readonly Combination[] = [
  {
    name: 'Cache Components, next start, one Redis by its URL',
    ...{ build: CACHED, beside: true, cluster: false, consistency: 'bounded', steps: ALL },
  },
  {
    name: 'pages, next start, one Redis by its URL',
    ...{ build: PAGES, beside: true, cluster: false, consistency: 'bounded', steps: ALL },
  },
  {
    name: 'Cache Components with partial prefetching, next start, one Redis by its URL',
    build: { ...CACHED, id: 'partial', partial: true },
    ...{ beside: false, cluster: false, consistency: 'bounded', steps: [...partial, ...LINKS, ...outages] },
  },
  {
    name: 'Cache Components, standalone, a Cluster by its URL, strict',
    build: { ...CACHED, id: 'cached-standalone', standalone: true },
    ...{ beside: false, cluster: true, consistency: 'strict', steps: FIRST },
  },
  {
    name: 'pages, next start, a Cluster by a client of ioredis 5',
    ...{ build: PAGES, beside: false, cluster: true, client: 'ioredis-5', consistency: 'bounded', steps: FIRST },
  },
  {
    name: 'pages, standalone, one Redis by a client of ioredis 5, strict',
    build: { ...PAGES, id: 'pages-standalone', standalone: true },
    ...{ beside: false, cluster: false, client: 'ioredis-5', consistency: 'strict', steps: FIRST },
  },
]
