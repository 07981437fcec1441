/**
 * Has V8 keep the methods of strings as it keeps those of other objects.
 *
 * ioredis 6 has a class that extends `String`. Where such a class is evaluated, V8 (11.3, in Node.js 20) turns
 * `String.prototype` into a dictionary, and turns it back when it is used as the prototype of an object. Primitive strings are
 * none, so it stays so, and every method of every string in the process is looked up at each call, and never inlined:
 * `charCodeAt()` in a loop, of which Next.js makes its ETags, takes four times as long. To enumerate the properties of one
 * object that is a string is such a use; from then on V8 leaves the prototype as it is.
 */
export function keepStringMethodsFast(): void {
  for (const none in Object('')) void none
}
