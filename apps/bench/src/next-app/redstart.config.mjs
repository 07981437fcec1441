import { redis } from '@redstart/core/redis'

export default () => ({ backend: redis(process.env.REDIS_URL), app: 'bench' })
