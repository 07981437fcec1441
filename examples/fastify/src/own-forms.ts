import type { FastifyReply, FastifyRequest } from 'fastify'

/** A form as Fastify checks it: text of every field, none of them long. */
export function formOf(fields: Readonly<Record<string, object>>): object {
  const properties = { csrf: SHORT, ...fields }
  return { body: { type: 'object', required: Object.keys(properties), properties } }
}

/** A field of text. */
export const SHORT: object = { type: 'string', maxLength: 200 }

/** A hook: another site can have a browser send a form, but it cannot know the token that was in ours. */
export async function ownFormsOnly(
  { session, body }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const token: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'csrf') : undefined
  if (session.verifyCsrfToken(token)) return undefined
  session.addFlash('note', 'That page was too old. Please try again.')
  return reply.redirect(session.userId === undefined ? '/login' : '/', 303)
}
