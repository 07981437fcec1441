import { RedstartError } from '@redstart/core'
import type { Middleware } from 'koa'
import type { AppContext } from './app-context.ts'

/** Sends people to the log-in where a page asks who they are. Everything else is Koa's to answer: 403, 503, 500. */
export const answerErrors: Middleware<object, AppContext> = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    if (!RedstartError.is(error, 'NOT_SIGNED_IN')) throw error
    ctx.session.addFlash('note', 'Please log in first.')
    ctx.status = 303
    ctx.redirect('/login')
  }
}
