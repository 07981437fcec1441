import type { Design } from './design.ts'
import type { Weather } from './weather.ts'
import { namespaces, type Worth } from './worth.ts'

/** A design under the conditions that try it. */
export interface Trial {
  readonly name: string
  readonly design: Partial<Design>
  readonly under: Partial<Weather>
}

/** The same, but keys alone are. */
const keys: Partial<Weather> = { ...namespaces, targets: 'keys' }
const promotions: Partial<Weather> = {
  failovers: true,
  faults: 0.02,
  mostly: 'promotions',
  replicationPace: 0.15,
  lateReplies: 0,
  loadTime: 10,
  hintLoss: 0.15,
  workload: { hard: 0.1, soft: 0, set: 0.02 },
}

const byClock: Partial<Design> = { ageing: 'byClock', namespaceFloors: 0 }
const warm: Partial<Design> = { failover: 'warm' }

/** Designs that keep the claim. */
export const kept: readonly Trial[] = [
  { name: 'there is one floor for all', design: { namespaceFloors: 0 }, under: namespaces },
  { name: 'one namespace alone has a floor of its own', design: { namespaceFloors: 1 }, under: namespaces },
  { name: 'keys age by the clock', design: byClock, under: keys },
  {
    name: 'keys age by the clock, by namespace',
    design: { ageing: 'byClock' },
    under: { ...namespaces, faults: 0.03 },
  },
  {
    name: 'as built, entries are elsewhere',
    design: {},
    under: { ...namespaces, faults: 0.03, apart: true, mostly: 'restores' },
  },
  { name: 'a failover is warm', design: { failover: 'warm' }, under: promotions },
  {
    name: 'a failover is warm, with any load',
    design: { failover: 'warm' },
    under: { failovers: true, faults: 0.01, mostly: 'promotions', replicationPace: 0.6, hintLoss: 0.5 },
  },
]

/** Designs that look right and break the claim: of 600 runs, those with a violation, when this was written. */
export const refused: readonly (Trial & { readonly in600: number })[] = [
  {
    name: 'keys age by time, where the clock of the server may be set',
    design: { ageing: 'byTime', namespaceFloors: 0 },
    under: { ...keys, markers: 3, faults: 0.03, mostly: 'time', loadTime: 150 },
    in600: 12,
  },
  {
    name: 'keys age by the clock, where entries come back from a snapshot of their own',
    design: byClock,
    under: { ...keys, faults: 0.03, apart: true, mostly: 'restores' },
    in600: 7,
  },
  {
    name: 'every process sends again what it invalidated',
    design: { failover: 'resend' },
    under: promotions,
    in600: 19,
  },
  {
    name: 'every process sends again what it heard of',
    design: { failover: 'resendHeard' },
    under: promotions,
    in600: 9,
  },
]

/** What each part of a design that keeps the claim is worth, as in `worths`. */
export const designWorths: readonly Worth[] = [
  { rule: 'unlinkAtOnce', in600: 156, design: byClock, under: keys },
  { rule: 'writeObeysMarkers', in600: 135, design: byClock, under: keys },
  { rule: 'writeObeysFloor', in600: 247, design: byClock, under: keys },
  { rule: 'othersKeys', in600: 132, design: byClock, under: keys },
  { rule: 'seenBefore', in600: 318, design: byClock, under: keys },
  {
    rule: 'softRaisesFloor',
    in600: 11,
    design: byClock,
    under: { ...keys, workload: { hard: 0.1, soft: 0.1, set: 0.1 } },
  },
  { rule: 'waitForReplicas', in600: 51, design: warm, under: promotions },
  { rule: 'allReplicas', in600: 8, design: warm, under: promotions },
  { rule: 'newGenerationContinues', in600: 29, design: warm, under: promotions },
  {
    rule: 'onlyKnownRuns',
    in600: 6,
    design: warm,
    under: { ...promotions, replicationPace: 0.3, hintLoss: 0.5, workload: { hard: 0.06, soft: 0, set: 0 } },
  },
  {
    rule: 'onlyItsHistory',
    in600: 1,
    design: warm,
    under: {
      ...promotions,
      faults: 0.03,
      replicationPace: 0.3,
      hintLoss: 0.5,
      workload: { hard: 0.06, soft: 0, set: 0 },
    },
  },
]
