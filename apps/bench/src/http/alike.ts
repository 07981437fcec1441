import type { Served } from './served.ts'
import { OURS, READY } from './stacks.ts'

/**
 * Checks that all of them answer with the same page, and that what is sent from ready bytes has the headers that a hit has.
 *
 * @throws Error where one does not.
 */
export async function alike(all: readonly Served[]): Promise<void> {
  const answers = new Map<string, { readonly body: string; readonly names: string }>()
  for (const served of all) {
    const { headers, body } = await served.fetch('/fast/7')
    const names = [...headers.keys()].join()
    answers.set(served.stack.name, { names, body })
  }
  const ours = answers.get(OURS)
  for (const [name, { body }] of answers)
    if (body === '' || body !== ours?.body) throw new Error(`${name} answers with another page`)
  const ready = answers.get(READY)
  if (ready?.names !== ours?.names) throw new Error(`a hit has ${ours?.names}, ready bytes ${ready?.names}`)
}
