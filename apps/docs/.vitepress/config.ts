import { copyFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'

const pages = fileURLToPath(new URL('../../../docs/', import.meta.url))

/**
 * The site of the pages in `docs/`, which are written to be read in the repository as well. Nothing is fetched when it is
 * read: fonts and search are its own. A link to a page that does not exist fails the build.
 */
export default defineConfig({
  title: 'Redstart',
  description: 'A cache for Node.js that is never stale, never hangs, and is fast.',
  lang: 'en',
  srcDir: '../../docs',
  // No icon, and no question for one.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  outDir: './dist',
  cacheDir: './node_modules/.vitepress',
  themeConfig: {
    search: { provider: 'local' },
    outline: 'deep',
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Guarantees', link: '/guarantees' },
      { text: 'Options', link: '/options' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'What it is', link: '/' },
          { text: 'Getting started', link: '/getting-started' },
          { text: 'Guarantees and outages', link: '/guarantees' },
        ],
      },
      {
        text: 'Use',
        items: [
          { text: 'Caching', link: '/caching' },
          { text: 'Invalidating', link: '/invalidating' },
          { text: 'Caching responses', link: '/response-cache' },
          { text: 'Sessions', link: '/sessions' },
          { text: 'Limiting rates', link: '/rate-limit' },
          { text: 'Rate limits over HTTP', link: '/rate-limit-http' },
          { text: 'Redis', link: '/redis' },
          { text: 'Redis over HTTP', link: '/redis-http' },
          { text: 'Events and numbers', link: '/events-and-stats' },
        ],
      },
      {
        text: 'Frameworks',
        items: [
          { text: 'Express', link: '/frameworks/express' },
          { text: 'Fastify', link: '/frameworks/fastify' },
          { text: 'Hono', link: '/frameworks/hono' },
          { text: 'Koa', link: '/frameworks/koa' },
          { text: 'Next.js', link: '/next' },
        ],
      },
      {
        text: 'Move here',
        items: [
          { text: 'From cache-manager', link: '/migrating/cache-manager' },
          { text: 'From bentocache', link: '/migrating/bentocache' },
          { text: 'From node-cache', link: '/migrating/node-cache' },
          { text: 'From apicache', link: '/migrating/apicache' },
          { text: 'From koa-cash', link: '/migrating/koa-cash' },
          { text: 'From @fastify/caching', link: '/migrating/fastify-caching' },
          { text: 'From express-session', link: '/migrating/express-session' },
        ],
      },
      {
        text: 'Look up',
        items: [
          { text: 'Options', link: '/options' },
          { text: 'Configuration from the environment', link: '/configuration' },
          { text: 'Wire format', link: '/wire-format' },
        ],
      },
    ],
  },
  vite: {
    plugins: [{ name: 'vue-of-pages', enforce: 'pre', resolveId: vueOfPages }],
    // Vue's own flags and the fonts are part of the build; nothing of it is large enough to be split by hand.
    build: { chunkSizeWarningLimit: 2000 },
  },
  // Pages link to it, and it is no page.
  async buildEnd({ outDir }) {
    for (const file of ['wire-vectors.json', 'session-vectors.json'])
      await copyFile(`${pages}${file}`, `${outDir}/${file}`)
  },
})

/** The pages are outside of this folder, and import what is installed in it. */
function vueOfPages(
  this: { resolve(source: string, importer: string): Promise<{ readonly id: string } | null> },
  source: string,
  importer: string | undefined,
): Promise<{ readonly id: string } | null> | undefined {
  const isPage = importer?.startsWith(pages) === true
  return isPage && /^vue($|\/)/.test(source) ? this.resolve(source, fileURLToPath(import.meta.url)) : undefined
}
