/** An answer that ends with its head, whatever the handler writes: RFC 9110 6.4.1. */
export function hasNoBody(method: string | undefined, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304 || status < 200
}
