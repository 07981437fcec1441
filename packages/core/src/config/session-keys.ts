import { KEY_FORMS, sealingKeys } from '../session/sealing-keys.ts'
import { type Check, wrongSecret } from './problem.ts'

/** Keys, each as base64url; undefined when one of them has not 32 bytes. */
export function sessionKeys(list: readonly string[]): readonly string[] | undefined {
  return sealingKeys(list)?.map((key) => key.toString('base64url'))
}

export const keyList: Check = (value, path) => {
  const texts: readonly unknown[] = Array.isArray(value) ? value : []
  const strings = texts.filter((key) => typeof key === 'string')
  return strings.length === texts.length && sessionKeys(strings) !== undefined
    ? []
    : [wrongSecret(path, `a list of keys, each ${KEY_FORMS.replace(/;.*$/, '')}`)]
}
