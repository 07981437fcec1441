import { createHash } from 'node:crypto'
import type { Script } from '../redis/client.ts'
import { jsonArgumentsLua } from '../redis/scripts.generated.ts'

/** The script with what reads its arguments put behind its first line, the shebang. */
export function jsonScript(script: Script): Script {
  const made = forms.get(script)
  if (made !== undefined) return made
  const end = script.text.indexOf('\n') + 1
  const text = `${script.text.slice(0, end)}${jsonArgumentsLua}\n${script.text.slice(end)}`
  const form = { text, sha: createHash('sha1').update(text).digest('hex') }
  forms.set(script, form)
  return form
}

const forms = new WeakMap<Script, Script>()
