export function inDevelopment(): boolean {
  return process.env['NODE_ENV'] === 'development'
}
