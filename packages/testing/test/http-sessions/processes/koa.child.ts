import { loadKoa } from '../../../../koa/test/koa-versions.ts'
import { sessionAdapter } from '../../../../koa/test/session/adapter.ts'
import { serve, type ServeOrders } from './serve.ts'

process.on('message', (orders: ServeOrders) => {
  void serve(sessionAdapter(loadKoa('koa')), orders).then(({ port }) => process.send?.({ port }))
})
// Without a parent there is nobody to work for.
process.on('disconnect', () => process.exit())
process.send?.('ready')
