/** While an app is built there is memory alone: a build neither needs nor changes what is running. */
export function isBuilding(): boolean {
  return process.env['NEXT_PHASE'] === 'phase-production-build'
}
