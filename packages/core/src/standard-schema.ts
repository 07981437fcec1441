/**
 * A schema of any library that speaks Standard Schema, version 1 (https://standardschema.dev): Zod, Valibot, ArkType and
 * others. Written out here, as its specification asks of libraries, so that nothing depends on a package for it.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': StandardSchemaProps<Input, Output>
}

/** What a schema has under `~standard`. */
export interface StandardSchemaProps<Input = unknown, Output = Input> {
  readonly version: 1
  /** The library. */
  readonly vendor: string
  readonly validate: (value: unknown) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>
  /** For types alone; never there at run time. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined
}

/** What came of a validation. */
export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] }

/** One thing that does not fit. */
export interface StandardSchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}
