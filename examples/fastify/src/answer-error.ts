import { RedstartError } from '@redstart/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { html } from '@redstart-example/express'
import { sendPage } from './pages/page.ts'

/** Sends people to the log-in where a page asks who they are. Everything else is Fastify's to answer: 400, 503, 500. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (RedstartError.is(error, 'NOT_SIGNED_IN')) {
    request.session.addFlash('note', 'Please log in first.')
    return reply.redirect('/login', 303)
  }
  if (RedstartError.is(error, 'FORBIDDEN')) {
    const body = html`<p>Only managers change what is in the store room. <a href="/">Back</a></p>`
    return sendPage(reply.code(403), { title: 'Not allowed', body })
  }
  return reply.send(error)
}
