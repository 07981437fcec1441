/** What serves the application. */
export type Framework = 'Express' | 'Fastify' | 'Koa' | 'Hono'

/** A framework with what puts sessions in front of its handlers. */
export interface Stack {
  readonly framework: Framework
  readonly name: string
}

/** By framework: ours, what its people have, and no sessions at all. */
export const STACKS: Readonly<Record<Framework, readonly [ours: string, ...others: string[]]>> = {
  Express: ['Redstart', 'connect-redis', 'connect-redis, disableTouch', 'none'],
  Fastify: ['Redstart', '@fastify/session', 'none'],
  Koa: ['Redstart', 'koa-session', 'none'],
  Hono: ['Redstart', 'hono-sessions', 'none'],
}

export function isFramework(name: string | undefined): name is Framework {
  return name !== undefined && Object.hasOwn(STACKS, name)
}

/** What all keys of a stack begin with. */
export function prefixOf({ framework, name }: Stack): string {
  return `${framework}-${name.replaceAll(/\W/g, '')}:`
}
