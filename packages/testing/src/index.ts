/** A real Redis for tests, a clock that tests drive, and counters of what a piece of code costs in trips and commands. */
export { type CommandCounter, countCommands } from './count-commands.ts'
export { countTrips, type TripCounter } from './count-trips.ts'
export { type FaultProxy, faultProxy, type FaultProxyOptions } from './faults/fault-proxy.ts'
export type { Faults, StreamFaults } from './faults/faults.ts'
export { type ManualClock, manualClock } from './manual-clock.ts'
export type { RedisArgument } from './resp.ts'
export { type RedisServer, startRedis, type StartRedisOptions } from './start-redis.ts'
