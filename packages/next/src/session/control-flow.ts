/**
 * Whether something that was thrown is how Next.js goes elsewhere: `redirect()`, `notFound()`, `forbidden()`,
 * `unauthorized()`. What came before is as good as done. What else Next.js throws for itself is not among them.
 */
export function isControlFlow(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('digest' in error)) return false
  const { digest } = error
  return typeof digest === 'string' && /^NEXT_(?:REDIRECT|HTTP_ERROR_FALLBACK);/.test(digest)
}
