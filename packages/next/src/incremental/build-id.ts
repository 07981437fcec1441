import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPart } from '../runtime/paths.ts'

/** By the folder, then by the deployment. */
const known = new Map<string, Map<string, string>>()

/**
 * What tells the pages of one build and deployment from those of others. Known once the build has written its id; until
 * then, and in development, pages are of no build.
 */
export function buildOf(serverDistDir: string | undefined, deploymentId: string): string {
  if (serverDistDir === undefined) return 'none'
  const found = known.get(serverDistDir)?.get(deploymentId)
  if (found !== undefined) return found
  try {
    // Next.js takes the environment's in place of its configuration's.
    const deployment = process.env['NEXT_DEPLOYMENT_ID'] ?? deploymentId
    const build = buildPart(deployment, readFileSync(join(serverDistDir, '..', 'BUILD_ID'), 'utf8').trim())
    const builds = known.get(serverDistDir) ?? new Map<string, string>()
    known.set(serverDistDir, builds.set(deploymentId, build))
    return build
  } catch {
    return 'none'
  }
}
