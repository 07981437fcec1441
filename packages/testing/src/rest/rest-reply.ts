/**
 * A reply as JSON has it. In base64 every string but "OK" is; without, bytes that are no UTF-8 are replaced.
 *
 * @param reply with its strings as bytes.
 */
export function restReply(reply: unknown, base64: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((each: unknown) => restReply(each, base64))
  if (reply instanceof Error) return reply.message
  if (!Buffer.isBuffer(reply)) return reply
  const text = reply.toString()
  return base64 && text !== 'OK' ? reply.toString('base64') : text
}
