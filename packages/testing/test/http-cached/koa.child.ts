import { cachedAdapter } from '../../../koa/test/cached/adapter.ts'
import { loadKoa } from '../../../koa/test/koa-versions.ts'
import { serveCached } from './serve.ts'

serveCached(cachedAdapter(loadKoa('koa')))
