import { expect, test } from 'vitest'
import { codeBlocks } from '../checks/code-blocks.mjs'

const PAGE = `# Title

\`\`\`ts
import { a } from 'a'
\`\`\`

\`\`\`ts no-check
a(...)
\`\`\`

\`\`\`sh
npm start
\`\`\`

- a list

  \`\`\`ts file=cache.ts
  export const cache = 1
  \`\`\`
`

test('the blocks to compile are found with their lines and names', () => {
  expect(codeBlocks('README.md', PAGE)).toEqual([
    { page: 'README.md', line: 4, name: undefined, code: "import { a } from 'a'\n" },
    { page: 'README.md', line: 18, name: 'cache.ts', code: '  export const cache = 1\n' },
  ])
})
