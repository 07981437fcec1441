import fc from 'fast-check'

/** Texts of any UTF-16, halves of pairs among them, and mostly of what headers and targets have. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) }, fc.nat(0xffff)), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units))
