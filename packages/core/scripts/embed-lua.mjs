// Writes src/redis/scripts.generated.ts from src/redis/lua/*.lua, because the compiler copies no other files.
// `node scripts/embed-lua.mjs --check` changes nothing and fails when the module is out of date.
import { readFileSync, writeFileSync } from 'node:fs'

const SCRIPTS = [
  'ask',
  'claim',
  'identify',
  'invalidate',
  'json_arguments',
  'limit_alive',
  'limit_block',
  'limit_check',
  'limit_each',
  'limit_give_back',
  'limit_permits',
  'release',
  'session_admit',
  'session_commit',
  'session_create',
  'session_end',
  'session_list',
  'session_load',
  'session_members',
  'session_note',
  'session_read',
  'session_revoke',
  'session_revoke_all',
  'session_rotate',
  'session_statistics',
  'snapshot',
  'touch',
  'write',
]
const target = new URL('../src/redis/scripts.generated.ts', import.meta.url)

/** A script as it is sent: includes put in, comments and empty lines left out, the shebang kept. */
function textOf(name) {
  const source = readFileSync(new URL(`../src/redis/lua/${name}.lua`, import.meta.url), 'utf8')
  const whole = source.replace(/^--- include (\w+)$/gm, (_, included) => textOf(included))
  return whole
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*--/.test(line))
    .join('\n')
}

function constant(name) {
  const text = textOf(name)
  if (/`|\$\{/.test(text)) throw new Error(`${name}.lua holds a backtick or "\${", which String.raw cannot carry`)
  const camelCase = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())
  return `export const ${camelCase}Lua: string = String.raw\`${text}\`\n`
}

const module = `// Made by scripts/embed-lua.mjs from lua/*.lua; edit those.\n\n${SCRIPTS.map(constant).join('\n')}`
if (!process.argv.includes('--check')) writeFileSync(target, module)
else if (readFileSync(target, 'utf8') !== module) {
  console.error('src/redis/scripts.generated.ts is out of date: run node scripts/embed-lua.mjs')
  process.exit(1)
}
