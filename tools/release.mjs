import './node-version.mjs'
import { availableParallelism } from 'node:os'
import { build, install, pnpm } from './bootstrap.mjs'
import { packedParts } from './checks/parts.mjs'
import { report } from './checks/report.mjs'
import { run } from './child.mjs'
import { pack } from './packed/pack.mjs'
import { pendingChanges, version, withCopy } from './release/version.mjs'
import { root } from './root.mjs'
import { runParts } from './schedule.mjs'
import { toolPath } from './tool.mjs'
import { publicPackages } from './workspaces.mjs'

// Without an argument: publish. `--dry-run`: do everything but publish, on a copy. `--version`: what comes before it.
const argument = process.argv[2]

await install('everything')
if (argument === '--version') process.exitCode = await versionHere()
else process.exitCode = (await build()) || (argument === '--dry-run' ? await rehearse() : await publish())

/** Turns the pending changes into versions and changelogs in the working tree, for a pull request. */
async function versionHere() {
  const packages = await version(root)
  for (const { name, version: released } of packages) console.log(`${name} ${released}`)
  const manifests = publicPackages().map(({ folder }) => `${folder}/package.json`)
  return run(process.execPath, [toolPath('oxfmt'), ...manifests])
}

/** Versions, packs and checks a copy; nothing here changes and nothing leaves the machine. */
function rehearse() {
  return withCopy(async (copy) => {
    const changes = pendingChanges(copy)
    if (changes.length === 0)
      console.log('There are no pending changes in .changeset: packing the versions as they are.')
    const packages = await version(copy)
    for (const { name, version: released } of packages) console.log(`${name} ${released}`)
    const parts = [{ name: 'pack', run: () => pack(copy) }, ...packedParts(copy)]
    const good = await runParts(parts, availableParallelism(), report)
    console.log(good ? 'The release would go through. Nothing was published.' : 'The release would fail.')
    return good ? 0 : 1
  })
}

/** Publishes every package whose version the registry does not have yet; `npm run check` comes before it, not in it. */
function publish() {
  if (pendingChanges(root).length > 0) {
    console.error(
      'There are pending changes in .changeset, so the versions here are those of the last release. ' +
        "Merge the pull request that versions them first, or run 'npm run release -- --dry-run'.",
    )
    return 1
  }
  return run('npx', pnpm(['exec', 'changeset', 'publish']))
}
