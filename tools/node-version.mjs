// Imported before anything else by every command, so it must run on any Node.js that knows ES modules.

const LOWEST_MAJOR = 20
const LOWEST_MINOR = 19

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < LOWEST_MAJOR || (major === LOWEST_MAJOR && minor < LOWEST_MINOR)) {
  console.error(
    `Redstart needs Node.js ${LOWEST_MAJOR}.${LOWEST_MINOR} or newer; this is ${process.versions.node} (${process.execPath}). ` +
      `Install a newer one, for example with 'nvm install', and try again.`,
  )
  process.exit(1)
}
