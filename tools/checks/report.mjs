/**
 * One line for a part that was found good, with its time; the whole text for one that was not.
 *
 * @param {import('../schedule.mjs').Outcome} outcome
 */
export function report({ name, ok, text, seconds }) {
  const line = `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(24)}${seconds.toFixed(1).padStart(6)} s`
  console.log(ok ? line : `${line}\n${text.trimEnd().replace(/^/gm, '        ')}`)
}
