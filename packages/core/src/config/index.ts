/** What an application is told from outside: by its environment or by a file. */
export type { Config, InstanceConfig, LimitConfig, RedisConfig, SessionsConfig, WarmingConfig } from './config.ts'
export { configFromEnv, type EnvOptions } from './env.ts'
export { limitsFrom } from './limits-from.ts'
export { presets } from './presets.ts'
export type { ConfigProblem } from './problem.ts'
export { type ConfigResult, readConfig, validateConfig } from './validate.ts'
