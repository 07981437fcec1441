import type { HeaderList, LeavingHead } from '../exchange.ts'

/** A head that was put together from stored headers. */
export function storedHead(status: number, headers: HeaderList): LeavingHead {
  return {
    status,
    headers,
    header(name) {
      const values = headers.filter(([one]) => one === name).map(([, value]) => value)
      return values.length === 0 ? undefined : values.join(', ')
    },
  }
}
