/**
 * A part of the checks.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {readonly string[]} [needs] Parts above it in the list; it runs only if all of them were found good.
 * @property {() => Promise<import('./tool.mjs').Finding>} run
 */

/** @typedef {import('./tool.mjs').Finding & { name: string, seconds: number }} Outcome */

/**
 * Runs the parts, at most `width` of them at a time. A part that throws, or that needs one that failed, has failed.
 *
 * @param {readonly Part[]} parts
 * @param {number} width
 * @param {(outcome: Outcome) => void} report Called as each part ends.
 * @returns {Promise<boolean>} Whether all were found good.
 */
export async function runParts(parts, width, report) {
  /** @type {Map<string, Promise<Outcome>>} */
  const outcomes = new Map()
  const slots = slotsOf(width)
  for (const part of parts) {
    const needed = (part.needs ?? []).flatMap((name) => outcomes.get(name) ?? unknown(name))
    outcomes.set(
      part.name,
      outcomeOf(part, needed, slots).then((outcome) => (report(outcome), outcome)),
    )
  }
  return (await Promise.all(outcomes.values())).every(({ ok }) => ok)
}

/**
 * @param {Part} part
 * @param {readonly Promise<Outcome>[]} needed
 * @param {ReturnType<typeof slotsOf>} slots
 * @returns {Promise<Outcome>}
 */
async function outcomeOf({ name, run }, needed, slots) {
  const missing = (await Promise.all(needed)).find((outcome) => !outcome.ok)
  if (missing !== undefined) return { name, ok: false, text: `not run, because '${missing.name}' failed`, seconds: 0 }
  const release = await slots.take()
  const started = performance.now()
  try {
    const finding = await run()
    return { name, ...finding, seconds: (performance.now() - started) / 1000 }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { name, ok: false, text, seconds: (performance.now() - started) / 1000 }
  } finally {
    release()
  }
}

/**
 * @param {string} name
 * @returns {never}
 */
function unknown(name) {
  throw new Error(`There is no part '${name}' above the one that needs it.`)
}

/** @param {number} free */
function slotsOf(free) {
  /** @type {(() => void)[]} */
  const waiting = []
  let left = free
  function release() {
    const next = waiting.shift()
    if (next === undefined) left += 1
    else next()
  }
  return {
    /** Waits for a slot and takes it; the function it gives back frees it again. */
    async take() {
      if (left > 0) left -= 1
      else await new Promise((resolve) => waiting.push(() => resolve(undefined)))
      return release
    },
  }
}
