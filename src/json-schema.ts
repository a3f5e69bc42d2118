import { z } from 'zod';

/** JSON Schema, as far as a message needs it. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  /** Members of a union; those of a discriminated union stand in `oneOf`. */
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/**
 * Describes what a schema takes: zod's public account of it, without what it is wrapped in
 * (optional, default).
 */
export const jsonSchemaOf = (schema: unknown): JsonSchema =>
  z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

/** Returns a bound that somebody chose: zod writes the range of safe integers out as well. */
export const chosen = (bound: number | undefined): number | undefined =>
  Math.abs(bound ?? Infinity) < Number.MAX_SAFE_INTEGER ? bound : undefined;
