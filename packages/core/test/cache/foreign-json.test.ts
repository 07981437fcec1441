import { expect, it } from 'vitest'
import { describeForeignJson } from './foreign-json.ts'
import { open } from './instance.ts'
import { openMemory } from './stored-bytes.ts'

describeForeignJson('memory', openMemory)

it('foreignJson must be true or false', () => {
  const make = (): unknown => open({ namespaces: { menu: { foreignJson: 'yes' as never } } })
  expect(make).toThrow('foreignJson is "yes"; expected true or false')
})
